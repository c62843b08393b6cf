import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import type { DomainContract, GatewayPeer } from '../client/wire.js';
import type { LedgerEnd } from '../fabric/ledger-queries.js';

/**
 * A peer that says where its ledger of the main channel ends: what `end` says when it is asked; null: it is away. Its
 * chaincodes are away unless `contract` is there.
 */
export function peerWithLedger(end: () => LedgerEnd | null, contract: DomainContract = AWAY): GatewayPeer {
  return {
    ledgerEnd: () => {
      const ledger = end();
      return ledger === null ? Promise.reject(away()) : Promise.resolve(ledger);
    },
    contract: () => contract,
  };
}

/** How the SDK says that nobody listens at a peer. */
export function away(): GatewayError {
  const details = 'No connection established';
  const code = status.UNAVAILABLE;
  const cause: ServiceError = Object.assign(new Error(details), { code, details, metadata: new Metadata() });
  return new GatewayError({ code, details: [], cause });
}

const AWAY: DomainContract = {
  evaluate: () => Promise.reject(away()),
  endorse: () => Promise.reject(away()),
  submit: () => Promise.reject(away()),
};
