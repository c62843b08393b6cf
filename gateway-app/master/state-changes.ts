import {
  compareBytes,
  decodeStateTrieEntry,
  decodeTraceHead,
  encodeStateTrieEntry,
  encodeTraceHead,
  extendTraceHead,
  sha256,
  stateTrieKey,
  traceTrieKey,
  utf8,
  type TraceHeadEntry,
  type TrieChange,
} from '@cotrace/core';
import { effects, type Effect } from '@cotrace/fabric-model';
import { entryAfter, type KeyEntry } from '@cotrace/verifier';
import { traceRows, type WritingTransaction } from './block-writes.js';

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

/** What a block makes of the trie. */
export interface StateChanges {
  readonly changes: readonly TrieChange[];
  readonly removed: readonly RemovedEntry[];
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
  head: TraceHeadEntry | null;
}

/**
 * The changes of the trie that block `blockNum` makes by its valid transactions, which come in their order: entries of
 * the keys of every domain, and heads of traces (docs/formats.md, State trie). A function of these and the trie before.
 */
export function stateChanges(
  blockNum: bigint,
  transactions: readonly WritingTransaction[],
  before: TrieBefore,
): StateChanges {
  const keys = new Map<string, Touched>();
  const traces = new Map<string, TouchedTrace>();
  for (const { txNum, txId, rwset } of transactions) {
    for (const effect of effects(rwset)) touch(keys, effect, { blockNum, txNum }, before);
    for (const { domain, traceId } of tuplesOf(rwset)) {
      const trace = traces.get(traceId) ?? headBefore(traceId, before);
      trace.head = extendTraceHead(trace.head, { txId, block: blockNum, txNum, domain });
      traces.set(traceId, trace);
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
    if (head !== null) changes.push({ key, value: encodeTraceHead(head) });
  }
  return { changes, removed };
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
  return { key, head: value === null ? null : decodeTraceHead(value) };
}

/** One tuple a domain and TraceID, in the order of the domains. */
function tuplesOf(rwset: WritingTransaction['rwset']): { domain: string; traceId: string }[] {
  const tuples = new Map(
    traceRows(rwset).map(({ domain, traceId }) => [`${domain}/${traceId}`, { domain, traceId }]),
  );
  return [...tuples.values()].sort((a, b) => compareBytes(utf8(a.domain), utf8(b.domain)));
}
