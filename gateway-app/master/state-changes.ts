import {
  addEvent,
  decodeHead,
  decodeStateTrieEntry,
  encodeHead,
  encodeStateTrieEntry,
  readTraceKey,
  stateTrieKey,
  traceTrieKey,
  type AddedEvent,
  type TraceHead,
  type TrieChange,
} from '@cotrace/core';
import type { WritingTransaction } from './block-writes.js';
import { keyChanges, type ChangedKey, type KeyBefore, type KeyState } from './key-changes.js';

/** The state before a block, by keys of the trie. */
export interface TrieBefore {
  /** The value of a key, or null. */
  find(key: Uint8Array): Uint8Array | null;
  /** What a key that is absent was when it was last deleted; null where it never was there. */
  removed(key: Uint8Array): KeyState | null;
  /** `H` of the endorsement policy of a key that is there, or `NO_POLICY_HASH`. */
  policyHash(key: Uint8Array): Uint8Array;
}

/** An event that a block added to a tree of a trace. */
export interface StoredEvent extends AddedEvent {
  /** The trie's key of the trace, 32 bytes. */
  readonly traceKey: Uint8Array;
}

/** A key of a domain that a block changed; `id` is the trie's key of it, 32 bytes. */
export type ChangedStateKey = ChangedKey<Uint8Array>;

/** What a block makes of the trie. */
export interface StateChanges {
  readonly changes: readonly TrieChange[];
  readonly keys: readonly ChangedStateKey[];
  readonly events: readonly StoredEvent[];
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
  const keys = keyChanges(transactions, (namespace, key) => keyBefore(stateTrieKey(namespace, key), before));
  const traces = new Map<string, TouchedTrace>();
  const added: StoredEvent[] = [];
  for (const event of transactions.flatMap(({ events }) => events)) {
    const traceId = readTraceKey(event.key)?.traceId;
    if (traceId === undefined) throw new TypeError('an event is of a trace');
    const trace = traces.get(traceId) ?? headBefore(traceId, before);
    traces.set(traceId, trace);
    const grown = addEvent(trace.head, event);
    trace.head = grown.head;
    if (grown.added !== null) added.push({ traceKey: trace.key, ...grown.added });
  }
  const changes = keys.map(({ id: key, after: { valueHash, ...stamp } }): TrieChange => {
    return { key, value: valueHash === null ? null : encodeStateTrieEntry({ valueHash, ...stamp }) };
  });
  for (const { key, head } of traces.values()) {
    if (head !== null) changes.push({ key, value: encodeHead(head) });
  }
  return { changes, keys, events: added };
}

function keyBefore(id: Uint8Array, before: TrieBefore): KeyBefore<Uint8Array> {
  const value = before.find(id);
  if (value === null) return { id, state: before.removed(id) };
  return { id, state: { ...decodeStateTrieEntry(value), policyHash: before.policyHash(id) } };
}

function headBefore(traceId: string, before: TrieBefore): TouchedTrace {
  const key = traceTrieKey(traceId);
  const value = before.find(key);
  return { key, head: value === null ? null : decodeHead(value) };
}
