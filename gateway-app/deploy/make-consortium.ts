import { join } from 'node:path';
import { fromHex } from '@cotrace/core';
import { businessNodes, loadTls, type CryptoLayout, type NetworkInfo, type Topology } from '@cotrace/network';
import { assembleConsortium, type NodePart } from '../consortium/assemble.js';
import { pemCertificateHash } from '../consortium/certificate-hash.js';
import type { Consortium, NodeRole } from '../consortium/consortium.js';
import { masterNode } from './services.js';

/** The order of nodes in the file: networks that are there compare it with the one on disk. */
const ROLES: readonly NodeRole[] = ['master', 'business', 'client'];

/** The consortium file of a network. `addressOf`: where a node is reached, by its name. */
export function makeConsortium(
  topology: Topology,
  layout: CryptoLayout,
  info: NetworkInfo,
  addressOf: (name: string) => string,
): Consortium {
  const channel = (name: string) => {
    const genesisHeaderHash =
      info.channels.find((candidate) => candidate.name === name)?.genesisHeaderHash ?? '';
    fromHex(genesisHeaderHash, 32);
    return { name, genesisHeaderHash };
  };
  const { checkingHeight, domains } = topology;
  const channels = { main: channel(topology.channels.main), checking: channel(topology.channels.checking) };
  const node = (name: string, folder: string, address: string | null = addressOf(name)): NodePart => ({
    name,
    address,
    certificate: pemCertificateHash(loadTls(join(folder, 'tls')).certificate),
  });
  const business = businessNodes(topology);
  const made = assembleConsortium(
    { channels, checkingHeight, domains },
    topology.organisations.map((organisation) => {
      const { name, mspId } = organisation;
      const peer = info.peers[name];
      return {
        name,
        mspId,
        peer: { address: peer?.address ?? '', serverName: peer?.name ?? null },
        tlsRoots: loadTls(join(layout.peer(organisation), 'tls')).ca.toString('utf8'),
        master: node(masterNode(name), layout.master(organisation)),
        businessNodes: business
          .filter((candidate) => candidate.organisation === organisation)
          .map(({ name, domain }) => ({ ...node(name, layout.business(organisation, domain)), domain })),
        clients: [node(`${name}.client`, layout.user(organisation, 'User1'), null)],
      };
    }),
  );
  return { ...made, nodes: ROLES.flatMap((role) => made.nodes.filter((node) => node.role === role)) };
}
