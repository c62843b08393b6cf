import {
  addEvent,
  decodeHead,
  decodeStateTrieEntry,
  encodeHead,
  encodeStateTrieEntry,
  readTraceKey,
  sha256,
  stateTrieKey,
  traceTrieKey,
  type AddedEvent,
  type TraceHead,
  type TrieChange,
} from '@cotrace/core';
import { effects, type Effect } from '@cotrace/fabric-model';
import { entryAfter, type KeyEntry } from '@cotrace/verifier';
import type { WritingTransaction } from './block-writes.js';

/** The state before a block, by keys of the trie. */
export interface TrieBefore {
  /** The value of a key, or null. */
  find(key: Uint8Array): Uint8Array | null;
  /** How many transactions had written a key that is absent when it was last deleted; 0 where it never was there. */
  removedVerNum(key: Uint8Array): number;
}

/** A key that a block deleted, and how many transactions have written it. */
export interface RemovedEntry {
  readonly key: Uint8Array;
  readonly verNum: number;
}

/** An event that a block added to a tree of a trace. */
export interface StoredEvent extends AddedEvent {
  /** The trie's key of the trace, 32 bytes. */
  readonly traceKey: Uint8Array;
}

/** What a block makes of the trie. */
export interface StateChanges {
  readonly changes: readonly TrieChange[];
  readonly removed: readonly RemovedEntry[];
  readonly events: readonly StoredEvent[];
}

/** Value hashes stand for values. */
type Entry = KeyEntry<Uint8Array>;

interface Touched {
  readonly key: Uint8Array;
  entry: Pick<Entry, 'value' | 'verNum'> | null;
  after: Entry | null;
}

interface TouchedTrace {
  readonly key: Uint8Array;
  head: TraceHead | null;
}

/**
 * The changes of the trie that a block makes by its valid transactions, which come in their order: entries of the keys of
 * every domain, and heads of traces with the events that they gained (docs/formats.md, State trie). A function of these and
 * the trie before.
 */
export function stateChanges(transactions: readonly WritingTransaction[], before: TrieBefore): StateChanges {
  const keys = new Map<string, Touched>();
  const traces = new Map<string, TouchedTrace>();
  const added: StoredEvent[] = [];
  for (const { blockNum, txNum, rwset, events } of transactions) {
    for (const effect of effects(rwset)) touch(keys, effect, { blockNum, txNum }, before);
    for (const event of events) {
      const traceId = readTraceKey(event.key)?.traceId;
      if (traceId === undefined) throw new TypeError('an event is of a trace');
      const trace = traces.get(traceId) ?? headBefore(traceId, before);
      traces.set(traceId, trace);
      const grown = addEvent(trace.head, event);
      trace.head = grown.head;
      if (grown.added !== null) added.push({ traceKey: trace.key, ...grown.added });
    }
  }
  const changes: TrieChange[] = [];
  const removed: RemovedEntry[] = [];
  for (const { key, after } of keys.values()) {
    if (after === null) continue;
    const { value: valueHash, ...stamp } = after;
    changes.push({ key, value: valueHash === null ? null : encodeStateTrieEntry({ valueHash, ...stamp }) });
    if (valueHash === null) removed.push({ key, verNum: after.verNum });
  }
  for (const { key, head } of traces.values()) {
    if (head !== null) changes.push({ key, value: encodeHead(head) });
  }
  return { changes, removed, events: added };
}

function touch(
  keys: Map<string, Touched>,
  effect: Effect,
  stamp: { readonly blockNum: bigint; readonly txNum: number },
  before: TrieBefore,
): void {
  const id = `${effect.namespace}/${effect.key}`;
  const touched = keys.get(id) ?? entryBefore(effect, before);
  keys.set(id, touched);
  const after = entryAfter(effect, touched.entry, stamp, sha256);
  if (after === null) return;
  touched.entry = after;
  touched.after = after;
}

function entryBefore({ namespace, key: name }: Effect, before: TrieBefore): Touched {
  const key = stateTrieKey(namespace, name);
  const value = before.find(key);
  if (value !== null) {
    const { valueHash, verNum } = decodeStateTrieEntry(value);
    return { key, entry: { value: valueHash, verNum }, after: null };
  }
  const verNum = before.removedVerNum(key);
  return { key, entry: verNum === 0 ? null : { value: null, verNum }, after: null };
}

function headBefore(traceId: string, before: TrieBefore): TouchedTrace {
  const key = traceTrieKey(traceId);
  const value = before.find(key);
  return { key, head: value === null ? null : decodeHead(value) };
}
