import type { DomainContract, GatewayPeer } from '../client/wire.js';
import type { LedgerEnd } from '../fabric/ledger-queries.js';
import { away } from './gateway-errors.js';

/**
 * A peer that says where its ledger of the main channel ends: what `end` says when it is asked; null: it is away. Its
 * chaincodes answer as `contract` does; what that leaves out is away.
 */
export function peerWithLedger(
  end: () => LedgerEnd | null,
  contract: Partial<DomainContract> = {},
): GatewayPeer {
  return {
    ledgerEnd: () => {
      const ledger = end();
      return ledger === null ? Promise.reject(away()) : Promise.resolve(ledger);
    },
    contract: () => ({ ...AWAY, ...contract }),
  };
}

const AWAY: DomainContract = {
  evaluate: () => Promise.reject(away()),
  endorse: () => Promise.reject(away()),
  submit: () => Promise.reject(away()),
};
