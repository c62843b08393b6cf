import { createHash, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { fromHex } from '@cotrace/core';
import { businessNodes, loadTls, type CryptoLayout, type NetworkInfo, type Topology } from '@cotrace/network';
import type { Consortium, ConsortiumNode } from '../consortium/consortium.js';
import { masterNode } from './services.js';

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
  return {
    version: 1,
    channels: { main: channel(topology.channels.main), checking: channel(topology.channels.checking) },
    checkingHeight: topology.checkingHeight,
    quorum: topology.quorum,
    domains: topology.domains,
    organisations: topology.organisations.map((organisation) => {
      const peer = info.peers[organisation.name];
      return {
        name: organisation.name,
        mspId: organisation.mspId,
        peer: { address: peer?.address ?? '', serverName: peer?.name ?? null },
        tlsRoots: loadTls(join(layout.peer(organisation), 'tls')).ca.toString('utf8'),
      };
    }),
    nodes: [
      ...topology.organisations.map((organisation): ConsortiumNode => {
        const name = masterNode(organisation.name);
        return {
          name,
          role: 'master',
          mspId: organisation.mspId,
          domain: null,
          address: addressOf(name),
          certificate: certificateHash(layout.master(organisation)),
        };
      }),
      ...businessNodes(topology).map(({ name, organisation, domain }): ConsortiumNode => ({
        name,
        role: 'business',
        mspId: organisation.mspId,
        domain,
        address: addressOf(name),
        certificate: certificateHash(layout.business(organisation, domain)),
      })),
      ...topology.organisations.map((organisation): ConsortiumNode => ({
        name: `${organisation.name}.client`,
        role: 'client',
        mspId: organisation.mspId,
        domain: null,
        address: null,
        certificate: certificateHash(layout.user(organisation, 'User1')),
      })),
    ],
  };
}

/** SHA-256 of a node's TLS certificate (DER), hexadecimal. */
function certificateHash(folder: string): string {
  const { certificate } = loadTls(join(folder, 'tls'));
  return createHash('sha256').update(new X509Certificate(certificate).raw).digest('hex');
}
