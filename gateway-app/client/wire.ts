import type { Status } from '@hyperledger/fabric-gateway';
import type { LedgerEnd } from '../fabric/ledger-queries.js';
import type { ListeningNode } from '../node/node-config.js';
import type { RpcCaller } from '../node/rpc-client.js';

/**
 * All that a client asks over the network. It is the one place where tests put nodes that are false, slow or missing:
 * everything else of a client is the same there.
 */
export interface Wire {
  /** The own organisation's peer. */
  readonly peer: GatewayPeer;
  /** A master or business node, connected to when it is first called. */
  node(node: ListeningNode): RpcCaller;
  close(): void;
}

/** A Fabric peer as its gateway serves the channel `main`. Whatever fails there fails with a `GatewayError`. */
export interface GatewayPeer {
  /** Where the peer's ledger ends. `patience`: milliseconds until the call fails. */
  ledgerEnd(patience: number): Promise<LedgerEnd>;
  /** A chaincode of the channel, by its name. */
  contract(name: string): DomainContract;
}

/** A call of a function of a chaincode. */
export interface ContractCall {
  readonly name: string;
  readonly args: readonly string[];
  /** MSP ids of the organisations to ask; without it, the gateway chooses. */
  readonly organisations?: readonly string[];
}

/** The chaincode of a domain. */
export interface DomainContract {
  /** What a function answers; nothing is recorded. `patience`: milliseconds until the call fails. */
  evaluate(call: ContractCall, patience?: number): Promise<Uint8Array>;
  /** Has a transaction endorsed, which can then be submitted. */
  endorse(call: ContractCall): Promise<EndorsedTransaction>;
  /** Endorses, submits and waits for the commit. Resolves to what the function answered. */
  submit(call: ContractCall): Promise<Uint8Array>;
}

/** A transaction with its endorsements. */
export interface EndorsedTransaction {
  readonly txId: string;
  /** What the function answered. */
  readonly result: Uint8Array;
  /** Hands it to the ordering service; it may be submitted again, and counts once. */
  submit(): Promise<SubmittedTransaction>;
}

/** A transaction that the ordering service took. */
export interface SubmittedTransaction {
  /** Waits for the commit. */
  getStatus(): Promise<CommitStatus>;
}

/** How a transaction was committed; `code` is its validation code. */
export interface CommitStatus extends Omit<Status, 'code'> {
  readonly code: number;
}
