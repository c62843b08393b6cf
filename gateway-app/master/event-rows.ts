import { CotraceError, HASH_LENGTH, leafHash, toHex, type PerfectNodes } from '@cotrace/core';
import { read, type Store, type StoreBatch } from '../node/store.js';
import type { StoredEvent } from './state-changes.js';

const EVENT = 'event/';
const NODE = 'event-node/';
const INDEX_DIGITS = 8;

/** A tree of a trace's events. */
export interface EventTreeId {
  /** The trie's key of the trace, 32 bytes. */
  readonly traceKey: Uint8Array;
  /** MSP id of the tree, or `SHARED_TREE`. */
  readonly mspId: string;
}

/**
 * What a master's store holds of the events of traces: the leaf data of each, and the hashes of perfect subtrees above
 * the leaves. Neither ever changes, so that the state of a tree at any count below is there too.
 */
export class EventRows {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Adds what a block gave to trees of events. */
  put(batch: StoreBatch, events: readonly StoredEvent[]): void {
    for (const { traceKey, mspId, index, leaf, nodes } of events) {
      const tree = { traceKey, mspId };
      batch.put(eventKey(tree, index), leaf);
      for (const { level, position, hash } of nodes.slice(1)) batch.put(nodeKey(tree, level, position), hash);
    }
  }

  /**
   * Leaf data of the events `from`…`to`−1 of a tree, in their order. Throws `EVENTS_DAMAGED` where one is missing: the
   * head has more than the store.
   */
  async leaves(tree: EventTreeId, from: number, to: number): Promise<Uint8Array[]> {
    const keys = { gte: eventKey(tree, from), lt: eventKey(tree, to) };
    const leaves = await this.#store.values({ ...keys, limit: to - from }).all();
    if (leaves.length !== to - from)
      throw damaged(tree, `${leaves.length} of the events ${from} to ${to - 1}`);
    return leaves;
  }

  /** The perfect subtrees of a tree, for `eventPath`. They throw `EVENTS_DAMAGED`. */
  nodes(tree: EventTreeId): PerfectNodes {
    return ({ level, position }) => {
      const key = level === 0 ? eventKey(tree, position) : nodeKey(tree, level, position);
      const row = read(this.#store, key);
      if (row === null || (level > 0 && row.length !== HASH_LENGTH)) {
        throw damaged(tree, `no node ${position} of level ${level}`);
      }
      return level === 0 ? leafHash(row) : row;
    };
  }
}

/** Names may hold any character; encoded they hold no `/`, and different names stay different. */
function treeKey({ traceKey, mspId }: EventTreeId): string {
  return `${toHex(traceKey)}/${encodeURIComponent(mspId)}`;
}

function eventKey(tree: EventTreeId, index: number): string {
  return `${EVENT}${treeKey(tree)}/${ordered32(index)}`;
}

function nodeKey(tree: EventTreeId, level: number, position: number): string {
  return `${NODE}${treeKey(tree)}/${level}/${ordered32(position)}`;
}

/** Sorts as the number does, up to 2^32−1. */
function ordered32(value: number): string {
  return value.toString(16).padStart(INDEX_DIGITS, '0');
}

function damaged({ traceKey, mspId }: EventTreeId, what: string): CotraceError {
  return new CotraceError(
    'EVENTS_DAMAGED',
    `the store has ${what} of a trace, and its head has more; restore the store, or let the master start with an empty one`,
    { traceKey: toHex(traceKey), mspId },
  );
}
