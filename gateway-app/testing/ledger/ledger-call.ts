import type { LedgerView } from './ledger-state.js';
import type { Simulation } from './simulation.js';

/** What a chaincode answers to a call. */
export interface CallAnswer {
  readonly answer: string;
  readonly event?: { readonly name: string; readonly payload: Uint8Array };
}

/** A call of a chaincode, which becomes a transaction. */
export interface LedgerCall {
  /** The one that is invoked: a domain, or a chaincode beside the domains. */
  readonly chaincode: string;
  /** Whose client calls, by its place among the organisations; the administrator where `isAdmin`. */
  readonly organisation: number;
  readonly isAdmin?: boolean;
  /** Function and arguments. */
  readonly args: readonly string[];
  /** What the chaincode does, at every endorser alike. */
  readonly run: (simulation: Simulation) => CallAnswer | Promise<CallAnswer>;
}

/** The calls of a block. */
export type LedgerBlock = readonly LedgerCall[];

/** What a generated ledger holds: the calls of each block from block 2 on, asked for when the block before is committed. */
export interface Workload {
  /** Chaincodes that block 1 defines; each domain is one. */
  readonly chaincodes: readonly string[];
  /** The blocks; `view` is the ledger after the block before. Each time that it is called they are the same ones. */
  blocks(view: LedgerView): Iterable<LedgerBlock>;
}
