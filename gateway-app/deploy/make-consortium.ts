import { join } from 'node:path';
import { fromHex } from '@cotrace/core';
import {
  businessNodes,
  loadIdentity,
  loadTls,
  type CryptoLayout,
  type NetworkInfo,
  type Topology,
} from '@cotrace/network';
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
  const { checkingHeight, checking, domains } = topology;
  const channels = { main: channel(topology.channels.main), checking: channel(topology.channels.checking) };
  const caller = (name: string, folder: string): NodePart => ({
    name,
    address: null,
    certificate: pemCertificateHash(loadTls(join(folder, 'tls')).certificate),
    signer: null,
  });
  const node = (name: string, folder: string, mspId: string): NodePart => ({
    ...caller(name, folder),
    address: addressOf(name),
    signer: pemCertificateHash(loadIdentity(join(folder, 'msp'), mspId).certificate),
  });
  const business = businessNodes(topology);
  const made = assembleConsortium(
    { channels, checkingHeight, checking, domains },
    topology.organisations.map((organisation) => {
      const { name, mspId } = organisation;
      const peer = info.peers[name];
      return {
        name,
        mspId,
        peer: { address: peer?.address ?? '', serverName: peer?.name ?? null },
        tlsRoots: loadTls(join(layout.peer(organisation), 'tls')).ca.toString('utf8'),
        master: node(masterNode(name), layout.master(organisation), mspId),
        businessNodes: business
          .filter((candidate) => candidate.organisation === organisation)
          .map(({ name, domain }) => ({
            ...node(name, layout.business(organisation, domain), mspId),
            domain,
          })),
        clients: [caller(`${name}.client`, layout.user(organisation, 'User1'))],
      };
    }),
  );
  return { ...made, nodes: ROLES.flatMap((role) => made.nodes.filter((node) => node.role === role)) };
}
