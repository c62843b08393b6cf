import { join } from 'node:path';
import { loadIdentity, loadTls, type CryptoLayout, type Organisation } from '@cotrace/network';
import type { Network } from '@hyperledger/fabric-gateway';
import type { Consortium } from '../consortium/consortium.js';
import { connectFabric } from '../fabric/connection.js';
import { findOrganisation } from '../node/node-config.js';

/** An organisation's administrator, connected to the organisation's own peer. */
export interface Administrator {
  readonly mspId: string;
  /** A channel of the consortium. */
  readonly network: (channel: string) => Network;
  close(): void;
}

/** Connects an organisation's administrator. Throws `CONFIG` where the organisation is not in the consortium. */
export function connectAdministrator(
  organisation: Organisation,
  layout: CryptoLayout,
  consortium: Consortium,
): Administrator {
  const { mspId } = organisation;
  const { peer, tlsRoots } = findOrganisation(consortium, mspId);
  const folder = layout.user(organisation, 'Admin');
  const identity = loadIdentity(join(folder, 'msp'), mspId);
  const tls = loadTls(join(folder, 'tls'));
  const fabric = connectFabric({ ...peer, tlsRoots, identity, tls }, 'calls');
  return {
    mspId,
    network: (channel) => fabric.gateway.getNetwork(channel),
    close: () => fabric.close(),
  };
}
