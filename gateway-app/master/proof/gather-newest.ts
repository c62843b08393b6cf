import {
  compareEvents,
  decodeEventLeaf,
  decodeHead,
  newestIndices,
  traceTrieKey,
  type TraceEvent,
} from '@cotrace/core';
import type { MasterStore } from '../master-store.js';
import { EventContents } from './event-contents.js';
import type { Gathered } from './gather-lineage.js';
import type { ProveHeads } from './heads.js';
import type { Pace } from './pace.js';
import { showingOf, type ShownInProof } from './shown-trace.js';

/** An event that may be among the newest. */
interface Candidate {
  readonly leaf: TraceEvent;
  readonly data: Uint8Array;
  /** Its tree among those of the head, and its place there. */
  readonly tree: number;
  readonly index: number;
}

/**
 * Gathers one trace with the `newest` of its events over all organisations, from 0. Throws `PROOF_TOO_LARGE`,
 * `EVENTS_DAMAGED`, and what `prove` throws.
 */
export async function gatherNewest(
  traceId: string,
  newest: number,
  { store, pace, prove }: { readonly store: MasterStore; readonly pace: Pace; readonly prove: ProveHeads },
): Promise<Gathered> {
  const heads = await prove([traceId]);
  const value = heads.values[0] ?? null;
  const head = value === null ? [] : decodeHead(value);
  const traceKey = traceTrieKey(traceId);
  const candidates: Candidate[] = [];
  for (const [tree, { mspId, count }] of head.entries()) {
    const indices = newestIndices(count, newest);
    const leaves = await store.events.leaves({ traceKey, mspId }, count - indices.length, count);
    for (const [i, data] of leaves.entries()) {
      candidates.push({ leaf: decodeEventLeaf(data), data, tree, index: indices[i] ?? 0 });
    }
    await pace.breathe();
  }
  const contents = new EventContents(store);
  const trees = head.map((): ShownInProof[] => []);
  candidates.sort((a, b) => compareEvents(a.leaf, b.leaf));
  const latest = candidates.slice(Math.max(0, candidates.length - newest));
  for (const { data, tree, index } of latest) {
    const event = contents.read(data);
    pace.count('bytes', event.size);
    trees[tree]?.push({ index, event, as: showingOf(event, true) });
    await pace.breathe();
  }
  return { heads, traces: [{ traceId, value, head, trees }] };
}
