import { peerHost } from '../identity/layout.js';
import { ordererNodes, type Topology } from '../topology.js';

/** Port of peers that have hosts of their own. */
export const ANCHOR_PORT = 7051;

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** What a channel's configuration says of where its nodes are. */
export interface ChannelAddresses {
  /** Ordering nodes by name, as `ordererNodes` names them. */
  readonly orderers: Readonly<Record<string, HostAndPort>>;
  /** Anchor peers by the short name of their organisation. */
  readonly anchors: Readonly<Record<string, HostAndPort>>;
}

/** The hosts and ports of the topology: for peers and orderers that are reached by their DNS names. */
export function nominalAddresses(topology: Topology): ChannelAddresses {
  return {
    orderers: Object.fromEntries(
      ordererNodes(topology).map(({ name, host, port }) => [name, { host, port }]),
    ),
    anchors: Object.fromEntries(
      topology.organisations.map((organisation) => [
        organisation.name,
        { host: peerHost(organisation), port: ANCHOR_PORT },
      ]),
    ),
  };
}
