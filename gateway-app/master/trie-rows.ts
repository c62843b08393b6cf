import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  concat,
  CotraceError,
  equalBytes,
  NO_POLICY_HASH,
  Reader,
  readRlpList,
  toHex,
  toNibbles,
  u64,
  unpackPath,
  type ChangedNode,
  type RlpItem,
} from '@cotrace/core';
import { RemovedKeySchema, type RemovedKey } from '../gen/cotrace/store_pb.js';
import { ordered, read, type Store, type StoreBatch } from '../node/store.js';
import type { ChangedStateKey } from './state-changes.js';
import type { KeyState } from './key-changes.js';
import { LET_GO, REMEMBERED_DEPTH } from './limits.js';

const NODE = 'node/';
const PAST = 'past/';
const REMOVED = 'removed/';
const POLICY = 'policy/';

/** A node's row: the cycle in which it came to be so, as u64, and its RLP. */
const STAMP = 8;

/**
 * What a master's store holds of the state trie: its nodes by their paths, so that proofs under the roots at the ends of
 * the last cycles can be made while the trie goes on, and the versions of deleted keys, which the trie does not hold.
 *
 * The newest node of a path lies under `node/`. Where a later cycle changes it, the old one goes to `past/`, under the
 * first cycle that it is not of. So within a cycle a node is overwritten, and what no kept cycle needs is one range of keys.
 */
export class TrieRows {
  readonly #store: Store;
  /** Paths of which the running cycle's change is known: the node of the cycle before, if any, is in `past/`. */
  readonly #settled = new Set<string>();
  #cycle = -1n;
  /** The last row that was let go; all before it are gone. */
  #gone = PAST;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Adds what a block of `cycle` made of the trie's nodes; the last of several for one path counts. `nodes` are read at
   * once. Some of the nodes that only cycles before `oldest` need are let go. A batch that is not written must be the last one.
   */
  async putNodes(
    batch: StoreBatch,
    { cycle, oldest }: { readonly cycle: bigint; readonly oldest: bigint },
    nodes: Iterable<ChangedNode>,
  ): Promise<void> {
    if (cycle !== this.#cycle) this.#settled.clear();
    this.#cycle = cycle;
    const byPath = new Map<string, Uint8Array | null>();
    for (const { path, rlp } of nodes) byPath.set(hexOf(path), rlp);
    const unsettled = [...byPath.keys()].filter((path) => !this.#settled.has(path));
    const newest = await this.#store.getMany(unsettled.map((path) => NODE + path));
    let kept = 0;
    unsettled.forEach((path, i) => {
      const before = newest[i];
      if (before !== undefined && cycleOf(before) < cycle) {
        batch.put(pastKey(cycle, path), before);
        kept += 1;
      }
      if (path.length <= REMEMBERED_DEPTH) this.#settled.add(path);
    });
    const stamp = u64(cycle);
    for (const [path, rlp] of byPath) {
      if (rlp === null) batch.del(NODE + path);
      else batch.put(NODE + path, concat(stamp, rlp));
    }
    await this.#letGo(batch, oldest, LET_GO.each * kept + LET_GO.besides);
  }

  /**
   * The proof of a key under the root at the end of `cycle`, as `StateTrie.prove` makes it; `current` is the cycle of the
   * last block. The cycle must be one of the kept. Throws `TRIE_NODES_DAMAGED` where nodes do not lead on.
   */
  prove(key: Uint8Array, cycle: bigint, current: bigint): Uint8Array[] {
    const nibbles = toNibbles(key);
    const proof: Uint8Array[] = [];
    let at = 0;
    for (let path = ''; ; path = hexOf(nibbles.subarray(0, at))) {
      const node = this.#nodeAt(path, cycle, current);
      if (node === null) {
        if (proof.length === 0) return proof;
        throw new CotraceError('TRIE_NODES_DAMAGED', `the store lacks a node of the trie of cycle ${cycle}`, {
          cycle,
          path,
        });
      }
      proof.push(node);
      const next = follow(node, nibbles, at);
      if (next === null) return proof;
      at = next;
    }
  }

  /** Adds what a block made of the keys that the trie does not tell: deleted ones, and endorsement policies of keys. */
  putKeys(batch: StoreBatch, blockNum: bigint, changed: readonly ChangedStateKey[]): void {
    for (const { id, before, after } of changed) {
      if (after.valueHash === null) this.#putRemoved(batch, blockNum, id, after);
      if (!equalBytes(before?.policyHash ?? NO_POLICY_HASH, after.policyHash))
        this.putPolicy(batch, id, after);
    }
  }

  /** Says which endorsement policy a key has. */
  putPolicy(batch: StoreBatch, key: Uint8Array, { policyHash }: KeyState): void {
    if (equalBytes(policyHash, NO_POLICY_HASH)) batch.del(POLICY + toHex(key));
    else batch.put(POLICY + toHex(key), policyHash);
  }

  /** Gives the row of a deletion its transaction, where it was written before rows had one. */
  restampRemoved(batch: StoreBatch, key: Uint8Array, { blockNum, txNum }: KeyState): void {
    const row = REMOVED + toHex(key);
    for (let name = row, removed = this.#removed(row); removed !== null;) {
      if (removed.blockNum === blockNum) {
        batch.put(name, toBinary(RemovedKeySchema, { ...removed, txNum }));
        return;
      }
      if (removed.before === undefined) return;
      name = removedAt(row, removed.before);
      removed = this.#removed(name);
    }
  }

  /** `H` of the endorsement policy that a key has after the last block, or `NO_POLICY_HASH`. */
  policyHash(key: Uint8Array): Uint8Array {
    return read(this.#store, POLICY + toHex(key)) ?? NO_POLICY_HASH;
  }

  /** Removes at most so many nodes that only cycles before `oldest` need; what a crash left is found by its place. */
  async #letGo(batch: StoreBatch, oldest: bigint, most: number): Promise<void> {
    const end = PAST + ordered(oldest + 1n);
    if (this.#gone >= end) return;
    const rows = await this.#store.keys({ gt: this.#gone, lt: end, limit: most }).all();
    for (const row of rows) batch.del(row);
    this.#gone = rows.length < most ? end : (rows.at(-1) ?? end);
  }

  #putRemoved(batch: StoreBatch, blockNum: bigint, key: Uint8Array, { txNum, verNum }: KeyState): void {
    const row = REMOVED + toHex(key);
    const earlier = this.#removed(row);
    const message = create(RemovedKeySchema, {
      blockNum,
      txNum,
      verNum,
      ...(earlier === null ? {} : { before: earlier.blockNum }),
    });
    if (earlier !== null) batch.put(removedAt(row, earlier.blockNum), toBinary(RemovedKeySchema, earlier));
    batch.put(row, toBinary(RemovedKeySchema, message));
  }

  /** What a key was when a block before `blockNum` last deleted it; null where none did. */
  removed(key: Uint8Array, blockNum: bigint): KeyState | null {
    const row = REMOVED + toHex(key);
    let removed = this.#removed(row);
    while (removed !== null && removed.blockNum >= blockNum) {
      removed = removed.before === undefined ? null : this.#removed(removedAt(row, removed.before));
    }
    if (removed === null) return null;
    const { blockNum: deletedBy, txNum, verNum } = removed;
    return { valueHash: null, blockNum: deletedBy, txNum, verNum, policyHash: NO_POLICY_HASH };
  }

  #removed(row: string): RemovedKey | null {
    const bytes = read(this.#store, row);
    return bytes === null ? null : fromBinary(RemovedKeySchema, bytes);
  }

  /** The node at a path at the end of `cycle`, or null. */
  #nodeAt(path: string, cycle: bigint, current: bigint): Uint8Array | null {
    const newest = read(this.#store, NODE + path);
    if (newest !== null && cycleOf(newest) <= cycle) return newest.subarray(STAMP);
    for (let later = cycle + 1n; later <= current; later += 1n) {
      const past = read(this.#store, pastKey(later, path));
      if (past !== null) return cycleOf(past) <= cycle ? past.subarray(STAMP) : null;
    }
    return null;
  }
}

const BRANCH_ITEMS = 17;
const HASH_LENGTH = 32;

/**
 * Where a key goes on from a node that `at` half-bytes lead to: how many lead to the next node with a hash of its own;
 * null where the node and those inlined in it are the end.
 */
function follow(node: Uint8Array, nibbles: Uint8Array, at: number): number | null {
  let place = at;
  for (let items = readRlpList(node); ;) {
    const [first] = items;
    let next: RlpItem | null = null;
    if (items.length === BRANCH_ITEMS) {
      next = items[nibbles[place] ?? BRANCH_ITEMS] ?? null;
      place += 1;
    } else {
      const unpacked = first === undefined ? null : unpackPath(first.payload);
      if (unpacked === null || unpacked.leaf || !startsWith(nibbles, place, unpacked.path)) return null;
      next = items[1] ?? null;
      place += unpacked.path.length;
    }
    if (next === null || (!next.isList && next.payload.length !== HASH_LENGTH)) return null;
    if (!next.isList) return place;
    items = readRlpList(next.rlp);
  }
}

function startsWith(nibbles: Uint8Array, at: number, path: Uint8Array): boolean {
  return path.every((nibble, i) => nibbles[at + i] === nibble);
}

/** Half-bytes as hexadecimal digits, one each. */
function hexOf(nibbles: Uint8Array): string {
  let text = '';
  for (const nibble of nibbles) text += nibble.toString(16);
  return text;
}

function pastKey(cycle: bigint, path: string): string {
  return `${PAST}${ordered(cycle)}/${path}`;
}

function removedAt(row: string, blockNum: bigint): string {
  return `${row}/${ordered(blockNum)}`;
}

function cycleOf(row: Uint8Array): bigint {
  return new Reader(row, 'a node of the state trie').u64();
}
