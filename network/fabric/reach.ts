import { peerHost } from '../identity/layout.js';
import { ordererNodes, type Topology } from '../topology.js';
import { ANCHOR_PORT } from '../config/addresses.js';
import { adminPort, peerName, type Ports } from './node-specs.js';

/** `host:port` at which a node is reached, by the names of `fabricPorts`. */
export type Reach = (name: string) => string;

/** Port of the admin endpoint of ordering nodes that have hosts of their own. */
const ADMIN_PORT = 7053;

/** Nodes on this machine. */
export function localReach(ports: Ports): Reach {
  return (name) => `127.0.0.1:${ports[name] ?? 0}`;
}

/** Nodes on hosts of their own, by the DNS names of the topology and Fabric's usual ports. */
export function namedReach(topology: Topology): Reach {
  const addresses = new Map([
    ...ordererNodes(topology).flatMap((node) => [
      [node.name, `${node.host}:${node.port}`] as const,
      [adminPort(node), `${node.host}:${ADMIN_PORT}`] as const,
    ]),
    ...topology.organisations.map(
      (organisation) => [peerName(organisation), `${peerHost(organisation)}:${ANCHOR_PORT}`] as const,
    ),
  ]);
  return (name) => addresses.get(name) ?? '';
}
