import type { Stub } from '@cotrace/chaincode';
import { compareBytes, utf8 } from '@cotrace/core';
import { encodeRwset, type TestRwset } from '../transactions.js';
import type { LedgerView } from './ledger-state.js';

/** What one namespace of a simulation has come to. */
interface Touched {
  readonly reads: Map<string, readonly [block: bigint, txNum: number] | null>;
  readonly writes: Map<string, Uint8Array | null>;
  /** MSP id of the organisation whose peer must endorse changes of the key. */
  readonly policies: Map<string, string>;
}

/** A call as an endorser simulates it, on the state before the next block: writes are not seen by its own reads. */
export class Simulation {
  readonly txId: string;
  readonly #state: LedgerView;
  readonly #touched = new Map<string, Touched>();

  constructor(txId: string, state: LedgerView) {
    this.txId = txId;
    this.#state = state;
  }

  /** Value of a key, null where it is not there; recorded as a read. */
  get(namespace: string, key: string): Uint8Array | null {
    const held = this.#state.get(namespace, key);
    this.#in(namespace).reads.set(key, held === null ? null : [held.version.blockNum, held.version.txNum]);
    return held?.value ?? null;
  }

  put(namespace: string, key: string, value: Uint8Array): void {
    this.#in(namespace).writes.set(key, value);
  }

  del(namespace: string, key: string): void {
    this.#in(namespace).writes.set(key, null);
  }

  /** Gives a key an endorsement policy of its own: a peer of organisation `mspId`. */
  setPolicy(namespace: string, key: string, mspId: string): void {
    this.#in(namespace).policies.set(key, mspId);
  }

  /** What a contract in `namespace` works with. */
  stub(namespace: string, parts: object = {}): Stub {
    const stub = {
      getTxID: () => this.txId,
      getState: (key: string) => Promise.resolve(this.get(namespace, key) ?? new Uint8Array()),
      putState: (key: string, value: Uint8Array) => {
        this.put(namespace, key, value);
        return Promise.resolve();
      },
      ...parts,
    };
    return stub as unknown as Stub;
  }

  /** The bytes of its read-write set, in the order of keys that peers give it. */
  results(): Uint8Array {
    const sets = [...this.#touched].map(([namespace, { reads, writes, policies }]): [string, TestRwset] => [
      namespace,
      {
        reads: Object.fromEntries(inOrder(reads)),
        writes: inOrder(writes),
        policies: Object.fromEntries(inOrder(policies)),
      },
    ]);
    return encodeRwset(Object.fromEntries(sets));
  }

  #in(namespace: string): Touched {
    const known = this.#touched.get(namespace);
    if (known !== undefined) return known;
    const touched = { reads: new Map(), writes: new Map(), policies: new Map() };
    this.#touched.set(namespace, touched);
    return touched;
  }
}

function inOrder<Value>(entries: ReadonlyMap<string, Value>): [string, Value][] {
  if (entries.size < 2) return [...entries];
  return [...entries].sort(([a], [b]) => compareBytes(utf8(a), utf8(b)));
}
