import { create, toBinary } from '@bufbuild/protobuf';
import { compareBytes, equalBytes, fromUtf8, utf8 } from '@cotrace/core';
import { peer } from '@cotrace/fabric-model';
import type fabric from 'fabric-contract-api';
import { clientCertificate } from './certificates.js';
import { MSP_ID } from './samples.js';

// fabric-contract-api logs every decorator when it is loaded, and Jest loads it before it runs this file.
process.env['CORE_CHAINCODE_LOGGING_LEVEL'] = 'error';
const { TraceContract } = await import('../contract.js');

// It holds nothing but compiled schemas, by their bytes.
const contract = new TraceContract();

type ContractFunction = (context: fabric.Context, ...args: readonly string[]) => Promise<string>;
type Method =
  | 'define'
  | 'capture'
  | 'findEvent'
  | 'history'
  | 'listMarks'
  | 'listTraces'
  | 'readDefinition'
  | 'readRecord'
  | 'readTrace';

/** An endorsed call: what it answered, read, wrote and emitted. */
export interface Simulation {
  readonly txId: string;
  readonly answer: unknown;
  /** The keys read, with the transaction that had last written each (null: absent). */
  readonly reads: ReadonlyMap<string, string | null>;
  readonly writes: ReadonlyMap<string, Uint8Array>;
  readonly event: { readonly name: string; readonly payload: unknown } | null;
}

export interface Caller {
  readonly certificate?: string;
  /** `MSP_ID` where it is left out. */
  readonly mspId?: string;
  /** The chaincode that the proposal names. */
  readonly chaincode?: string;
}

/**
 * One namespace of a channel with Fabric's semantics: simulations see the committed state and never their own
 * writes, ranges are in the order of UTF-8 bytes, a page without results has no metadata, a paged read and a
 * write exclude each other, and a transaction is valid only if what it read is still the newest.
 */
export class MemoryLedger {
  readonly #state = new Map<string, { value: Uint8Array; txId: string }>();
  readonly #history = new Map<string, { value: Uint8Array; txId: string }[]>();

  /** Runs a function of the contract against the committed state. Throws what the contract throws. */
  async simulate(
    txId: string,
    method: Method,
    args: readonly string[],
    caller: Caller = {},
  ): Promise<Simulation> {
    const call = new Call(txId, this.#state, this.#history, caller);
    const functions = contract as unknown as Record<Method, ContractFunction>;
    const answer: unknown = JSON.parse(await functions[method](call.context(), ...args));
    return { txId, answer, reads: call.reads, writes: call.writes, event: call.event };
  }

  /** Applies a simulation, unless what it read has changed since. Returns whether it was valid. */
  commit({ txId, reads, writes }: Simulation): boolean {
    for (const [key, version] of reads) if ((this.#state.get(key)?.txId ?? null) !== version) return false;
    for (const [key, value] of writes) {
      this.#state.set(key, { value, txId });
      this.#history.set(key, [{ value, txId }, ...(this.#history.get(key) ?? [])]);
    }
    return true;
  }

  /** Simulates and commits. Throws if the transaction is not valid. */
  async submit(
    txId: string,
    method: Method,
    args: readonly string[],
    caller: Caller = {},
  ): Promise<Simulation> {
    const simulation = await this.simulate(txId, method, args, caller);
    if (!this.commit(simulation)) throw new Error(`transaction ${txId} is not valid`);
    return simulation;
  }

  /** The keys in state, in order. */
  keys(): string[] {
    return sortedKeys(this.#state);
  }

  /** The text under a key. */
  text(key: string): string | null {
    const entry = this.#state.get(key);
    return (entry && fromUtf8(entry.value)) ?? null;
  }
}

type Versioned = ReadonlyMap<string, { value: Uint8Array; txId: string }>;
type History = ReadonlyMap<string, readonly { value: Uint8Array; txId: string }[]>;

class Call {
  readonly reads = new Map<string, string | null>();
  readonly writes = new Map<string, Uint8Array>();
  event: Simulation['event'] = null;
  #paged = false;

  constructor(
    private readonly txId: string,
    private readonly state: Versioned,
    private readonly history: History,
    private readonly caller: Caller,
  ) {}

  context(): fabric.Context {
    const extension = create(peer.ChaincodeHeaderExtensionSchema, {
      chaincodeId: { name: this.caller.chaincode ?? 'mill' },
    });
    const channelHeader = {
      getExtension_asU8: () => toBinary(peer.ChaincodeHeaderExtensionSchema, extension),
    };
    const certificate = utf8(this.caller.certificate ?? clientCertificate);
    const stub = {
      getTxID: () => this.txId,
      getSignedProposal: () => ({ proposal: { header: { channelHeader } } }),
      getState: (key: string) => Promise.resolve(this.#get(key)),
      putState: (key: string, value: Uint8Array) => {
        this.#put(key, value);
        return Promise.resolve();
      },
      setEvent: (name: string, payload: Uint8Array) => {
        this.event = { name, payload: JSON.parse(fromUtf8(payload)) };
      },
      getStateByRangeWithPagination: (start: string, end: string, size: number, bookmark: string) =>
        Promise.resolve(this.#page(bookmark === '' ? start : bookmark, end, size)),
      getStateByRange: (start: string, end: string) => Promise.resolve(iterator(this.#range(start, end))),
      getHistoryForKey: (key: string) =>
        Promise.resolve(
          iterator(
            (this.history.get(key) ?? []).map((entry) => ({
              ...entry,
              isDelete: false,
              timestamp: { seconds: 1_700_000_000, nanos: 0 },
            })),
          ),
        ),
    };
    const clientIdentity = {
      getIDBytes: () => certificate,
      getMSPID: () => this.caller.mspId ?? MSP_ID,
    };
    return { stub, clientIdentity } as unknown as fabric.Context;
  }

  #get(key: string): Uint8Array {
    const entry = this.state.get(key);
    this.reads.set(key, entry?.txId ?? null);
    return entry?.value ?? new Uint8Array();
  }

  #put(key: string, value: Uint8Array): void {
    if (this.#paged) throw new Error('a write after a paged read');
    this.writes.set(key, value);
  }

  #keysIn(start: string, end: string): string[] {
    return sortedKeys(this.state).filter((key) => order(start, key) <= 0 && order(key, end) < 0);
  }

  #range(start: string, end: string): { readonly key: string; readonly value: Uint8Array }[] {
    return this.#keysIn(start, end).map((key) => ({ key, value: this.#get(key) }));
  }

  #page(start: string, end: string, size: number): unknown {
    this.#paged = true;
    const keys = this.#keysIn(start, end);
    const entries = keys.slice(0, size).map((key) => ({ key, value: this.#get(key) }));
    const metadata = { fetchedRecordsCount: entries.length, bookmark: keys[size] ?? '' };
    return { iterator: iterator(entries), ...(entries.length > 0 ? { metadata } : {}) };
  }
}

function sortedKeys(state: Versioned): string[] {
  return [...state.keys()].sort(order);
}

function order(a: string, b: string): number {
  return compareBytes(utf8(a), utf8(b));
}

function iterator(values: readonly unknown[]): unknown {
  let at = 0;
  return {
    next: () => {
      const value = values[at++];
      return Promise.resolve(value === undefined ? { done: true } : { value, done: false });
    },
    close: () => Promise.resolve(),
  };
}

/** Whether two simulations wrote the same, as endorsers must. */
export function sameWrites(a: Simulation, b: Simulation): boolean {
  const entries = [...a.writes];
  return (
    entries.length === b.writes.size &&
    entries.every(([key, value]) => equalBytes(value, b.writes.get(key) ?? new Uint8Array()))
  );
}
