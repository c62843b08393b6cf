import type { peer } from '@cotrace/fabric-model';
import type { Simulator } from '../ledger/types.js';
import type { OpenQuery } from './query-response.js';

/** What a chaincode is invoked with: one transaction, at one height of one channel. */
export interface Invocation {
  readonly channelId: string;
  readonly txId: string;
  /** As the client signed it; the shim reads creator, transient data and time from it. */
  readonly proposal: peer.SignedProposal;
  readonly simulator: Simulator;
  /** Name of the chaincode that the proposal itself invokes. */
  readonly invokedName: string;
}

/** A transaction that runs on a chaincode stream. */
export interface RunningTransaction extends Invocation {
  /** Name of this chaincode on the channel: the namespace that it reads and writes. */
  readonly namespace: string;
  readonly queries: Map<string, OpenQuery>;
}

/** Calls a chaincode: its answer is the COMPLETED or ERROR message that its stream gave. */
export type InvokeChaincode = (
  invocation: Invocation,
  name: string,
  input: peer.ChaincodeInput,
) => Promise<peer.ChaincodeMessage>;

/** Closes all queries that a finished transaction left open. */
export async function closeQueries(transaction: RunningTransaction): Promise<void> {
  const open = [...transaction.queries.values()];
  transaction.queries.clear();
  await Promise.all(open.map((query) => query.close()));
}
