/** What a script hands to the contract: the name of an operation of `contract/operations.js`, and its arguments. */
export type Operation = readonly [string, ...unknown[]];

/** A call of a chaincode. */
export interface Call {
  readonly channel: string;
  readonly chaincode: string;
  readonly operations: readonly Operation[];
  /** `organisation.user`, e.g. `org1.User1`. */
  readonly user: string;
  readonly transient?: Readonly<Record<string, string>>;
  /** What the chaincode `raw` is to answer with. */
  readonly answer?: readonly [number, string];
  /** Arguments in place of the operations. */
  readonly args?: readonly string[];
}

/** Who endorses: whomever a gateway chooses, or the peers of these organisations, asked one by one. */
export type Endorsers =
  | { readonly gateway: string; readonly organizations?: readonly string[] }
  | { readonly peers: readonly string[] };

/** A transaction of a group. */
export interface Member {
  readonly call: Call;
  readonly endorse: Endorsers;
  /** Organisation of the gateway that submits it; without one it goes straight to the orderer. */
  readonly submit?: string;
  /** What is altered before it is submitted: a name of `forgeries.ts`. */
  readonly forgery?: string;
  /** How often it is submitted; once if left out. */
  readonly times?: number;
}

/** A transaction of an earlier group, submitted again. */
export interface Replay {
  /** Its place among all members of the script. */
  readonly replay: number;
}

/** An argument of a query: text, or the id of a member of the script. */
export type QueryArgument = string | { readonly txId: number };

/** One thing that a client does. */
export type Step =
  | {
      readonly kind: 'evaluate';
      readonly gateway: string;
      readonly call: Call;
      readonly organizations?: readonly string[];
    }
  /** A proposal straight to a peer, altered by `defect`, a name of `defects.ts`. */
  | { readonly kind: 'propose'; readonly peer: string; readonly call: Call; readonly defect?: string }
  /** Transactions that are all endorsed before the first is submitted, and then are in the blocks in this order. */
  | { readonly kind: 'group'; readonly channel: string; readonly members: readonly (Member | Replay)[] }
  | {
      readonly kind: 'query';
      readonly gateway: string;
      readonly user: string;
      readonly chaincode: string;
      readonly channel: string;
      readonly args: readonly QueryArgument[];
    };

/** Name of the event that ends the stream of a chaincode's events: every script ends with one for each. */
export const LAST_EVENT = 'last';

/** Steps that are taken one after the other, the same on every network. */
export type Script = readonly Step[];

/** Transactions of a script, replays included. */
export function countTransactions(script: Script): number {
  return script.reduce((sum, step) => sum + (step.kind === 'group' ? step.members.length : 0), 0);
}
