import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  CotraceError,
  decodeTransactionLeaf,
  toHex,
  VALID,
  type ChangedNode,
  type StoreIdentity,
} from '@cotrace/core';
import type { Checkpoint } from '../fabric/chain.js';
import {
  AttestationSchema,
  TraceHeadSchema,
  type Attestation,
  type TraceHead,
} from '../gen/cotrace/cotrace_pb.js';
import { StoredBlockSchema, type StoredBlock } from '../gen/cotrace/store_pb.js';
import { StoredCheckpoint } from '../fabric/checkpoint.js';
import {
  commit,
  commitSoon,
  endOfPrefix,
  openStore,
  ordered,
  read,
  type Store,
  type StoreBatch,
} from '../node/store.js';
import { writingTransaction, type WritingTransaction } from './block-writes.js';
import { EventRows } from './event-rows.js';
import { CheckingRows } from './checking/checking-rows.js';
import { CycleRows } from './checking/cycle-rows.js';
import { RankRows } from './checking/rank-rows.js';
import type { ChangedStateKey, StoredEvent } from './state-changes.js';
import { KeptAttestations } from './kept-attestations.js';
import { TrieRows } from './trie-rows.js';

const BLOCK = 'block/';
const ENVELOPE = 'envelope/';
const ATTESTATION = 'attestation/';
const HEADER = 'header/';
const CONFIGURED = 'configured/';
const HEAD = 'head/';

const txKey = (blockNum: bigint, txNum: number) =>
  `${ENVELOPE}${ordered(blockNum)}/${ordered(BigInt(txNum))}`;
/** TraceIDs may hold any character, domains none of `/`: the domain stands first. */
const headKey = (domain: string, traceId: string) => `${HEAD}${domain}/${traceId}`;

/** Everything that one main block adds to a master's store. */
export interface BlockRecord {
  readonly checkpoint: Checkpoint;
  readonly block: StoredBlock;
  readonly envelopes: readonly Uint8Array[];
  readonly attestation: Attestation;
  /** New newest records of TraceIDs: the external index (seed 002, section 4.1). */
  readonly heads: readonly { readonly traceId: string; readonly head: TraceHead }[];
  readonly trie: {
    /** The block's checking cycle. */
    readonly cycle: bigint;
    /** The oldest cycle that proofs are still made of. */
    readonly oldest: bigint;
    readonly nodes: Iterable<ChangedNode>;
    readonly keys: readonly ChangedStateKey[];
    readonly events: readonly StoredEvent[];
  };
  /** Adds what the block makes of rank trees and cycles. */
  readonly putChecking: (batch: StoreBatch) => void;
}

/**
 * A master's store: blocks' facts, envelopes, own attestations, the external index, events of traces and nodes of the
 * state trie, one atomic batch a block.
 */
export class MasterStore {
  readonly folder: string;
  readonly owner: StoreIdentity;
  readonly trie: TrieRows;
  readonly events: EventRows;
  readonly kept: KeptAttestations;
  readonly ranks: RankRows;
  readonly cycles: CycleRows;
  readonly checking: CheckingRows;
  readonly #store: Store;
  readonly #checkpoint: StoredCheckpoint;

  private constructor(folder: string, owner: StoreIdentity, store: Store) {
    this.folder = folder;
    this.owner = owner;
    this.#store = store;
    this.trie = new TrieRows(store);
    this.events = new EventRows(store);
    this.kept = new KeptAttestations(store);
    this.ranks = new RankRows(store);
    this.cycles = new CycleRows(store);
    this.checking = new CheckingRows(store);
    this.#checkpoint = new StoredCheckpoint(store);
  }

  /** Throws as `openStore`. */
  static async open(folder: string, owner: StoreIdentity): Promise<MasterStore> {
    return new MasterStore(folder, owner, await openStore(folder, owner));
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  /** Where the master stands, or null before its first block. */
  checkpoint(): Checkpoint | null {
    return this.#checkpoint.get();
  }

  /**
   * Adds the next block with its attestation, all or nothing. The attestation may be sent only after this. Throws
   * `NOT_NEXT` for a block that the store has already: a second attestation of it must never be.
   */
  async append({
    checkpoint,
    block,
    envelopes,
    attestation,
    heads,
    trie,
    putChecking,
  }: BlockRecord): Promise<void> {
    const next = (this.checkpoint()?.number ?? -1n) + 1n;
    if (block.number !== next) {
      throw new CotraceError('NOT_NEXT', `the store expects block ${next}, not ${block.number}`, {
        next,
        block: block.number,
      });
    }
    const number = ordered(block.number);
    const batch = this.#store.batch();
    const isConfigured = this.#checkpoint.put(batch, checkpoint);
    if (isConfigured) batch.put(CONFIGURED + number, new Uint8Array());
    batch.put(BLOCK + number, toBinary(StoredBlockSchema, block));
    batch.put(ATTESTATION + number, toBinary(AttestationSchema, attestation));
    batch.put(HEADER + toHex(block.headerHash), new TextEncoder().encode(block.number.toString()));
    envelopes.forEach((envelope, txNum) => batch.put(txKey(block.number, txNum), envelope));
    for (const { traceId, head } of heads)
      batch.put(headKey(head.domain, traceId), toBinary(TraceHeadSchema, head));
    await this.trie.putNodes(batch, trie, trie.nodes);
    this.trie.putKeys(batch, block.number, trie.keys);
    this.events.put(batch, trie.events);
    putChecking(batch);
    await commit(this.#store, batch);
    this.#checkpoint.written(checkpoint);
  }

  /** Writes what moves without a block, all or nothing; after a crash of the machine the newest of these may not be there. */
  async amend(put: (batch: StoreBatch) => void): Promise<void> {
    const batch = this.#store.batch();
    put(batch);
    await commitSoon(this.#store, batch);
  }

  /** Whether a block brought a configuration. */
  isConfigured(blockNum: bigint): boolean {
    return read(this.#store, CONFIGURED + ordered(blockNum)) !== null;
  }

  /** Facts of a block. Throws `NOT_FOUND` above the master's height. */
  block(blockNum: bigint): StoredBlock {
    return fromBinary(StoredBlockSchema, this.#need(BLOCK + ordered(blockNum), `block ${blockNum}`));
  }

  /** Number of the configuration block in force before a block above 0. Throws `NOT_FOUND` before the first block. */
  async configuredBefore(blockNum: bigint): Promise<bigint> {
    const range = { gt: CONFIGURED, lt: CONFIGURED + ordered(blockNum), reverse: true, limit: 1 };
    const [key] = await this.#store.keys(range).all();
    if (key === undefined) {
      throw new CotraceError('NOT_FOUND', 'this master has no configuration yet', { block: blockNum });
    }
    return BigInt(`0x${key.slice(CONFIGURED.length)}`);
  }

  /** What the valid transactions of a block wrote. */
  writingTransactions(blockNum: bigint): WritingTransaction[] {
    return this.block(blockNum).transactions.flatMap(({ leaf }) => {
      const { txNum, code, envelopeHash } = decodeTransactionLeaf(leaf);
      if (code !== VALID) return [];
      return writingTransaction(this.envelope(blockNum, txNum), { blockNum, txNum, envelopeHash }) ?? [];
    });
  }

  attestation(blockNum: bigint): Attestation {
    return fromBinary(
      AttestationSchema,
      this.#need(ATTESTATION + ordered(blockNum), `the attestation of block ${blockNum}`),
    );
  }

  envelope(blockNum: bigint, txNum: number): Uint8Array {
    return this.#need(txKey(blockNum, txNum), `transaction ${txNum} of block ${blockNum}`);
  }

  /** Number of the block with this header hash, or null. */
  blockByHash(headerHash: string): bigint | null {
    const bytes = read(this.#store, HEADER + headerHash);
    return bytes === null ? null : BigInt(new TextDecoder().decode(bytes));
  }

  /** The newest record of a TraceID in a domain, or null. */
  head(domain: string, traceId: string): TraceHead | null {
    const bytes = read(this.#store, headKey(domain, traceId));
    return bytes === null ? null : fromBinary(TraceHeadSchema, bytes);
  }

  /** The domains in which anything was ever traced, in order. */
  async tracedDomains(): Promise<string[]> {
    const domains: string[] = [];
    let after = HEAD;
    for (;;) {
      const [key] = await this.#store.keys({ gt: after, lt: endOfPrefix(HEAD), limit: 1 }).all();
      const domain = key?.slice(HEAD.length).split('/')[0];
      if (domain === undefined) return domains;
      domains.push(domain);
      after = endOfPrefix(`${HEAD}${domain}/`);
    }
  }

  #need(key: string, what: string): Uint8Array {
    const value = read(this.#store, key);
    if (value === null) throw new CotraceError('NOT_FOUND', `this master has not reached ${what}`, { key });
    return value;
  }
}
