import {
  compareBytes,
  CotraceError,
  decodeHead,
  decodeStateTrieEntry,
  equalBytes,
  MalformedError,
  sha256,
  stateTrieKey,
  traceTrieKey,
  utf8,
  verifyEvents,
  verifyTrieProofs,
  type TraceEvent,
  type TraceHead,
} from '@cotrace/core';
import type { ProofEvent, ProofState, ProofTrace, ProofTree, TraceProof } from './types.js';

/** An event that the head of its trace counts, as much of it as the proof shows. */
export interface ProvenEvent {
  readonly event: ProofEvent;
  /** Null where it is hidden. */
  readonly leaf: TraceEvent | null;
}

/** The events of one tree that a proof names. */
export interface ProvenTree {
  readonly mspId: string;
  /** All events of the tree, shown or not. */
  readonly count: number;
  readonly events: readonly ProvenEvent[];
}

/** A trace as it is under the root: no trees where nobody has recorded it. */
export interface ProvenTrace {
  readonly traceId: string;
  readonly trees: readonly ProvenTree[];
}

/**
 * Checks heads, events and states of a proof against the state trie's root after `block`, which must be trusted. Throws
 * `BAD_PROOF` for traces out of order, `WRONG_HEAD`, `WRONG_VALUE`, and what `verifyTrieProofs`, `decodeHead` and
 * `verifyEvents` throw. Cost is linear in the proof.
 */
export function provenTraces(
  { traces, states, nodes }: TraceProof,
  { block, trieRoot }: { readonly block: bigint; readonly trieRoot: Uint8Array },
): ProvenTrace[] {
  checkOrder(traces.map(({ traceId }) => traceId));
  const keys = [
    ...traces.map(({ traceId }) => traceTrieKey(traceId)),
    ...states.map(({ domain, key }) => stateTrieKey(domain, key)),
  ];
  const values = verifyTrieProofs(trieRoot, keys, nodes);
  states.forEach((state, at) => {
    checkState(state, values[traces.length + at] ?? null);
  });
  return traces.map((trace, at) => provenTrace(trace, values[at] ?? null, block));
}

function checkOrder(ids: readonly string[]): void {
  const bytes = ids.map((id) => utf8(id));
  if (bytes.some((id, at) => at > 0 && compareBytes(bytes[at - 1] ?? id, id) >= 0)) {
    throw new CotraceError('BAD_PROOF', 'traces of a proof are sorted by their identifiers, each once');
  }
}

function checkState({ domain, key, value }: ProofState, proven: Uint8Array | null): void {
  const same =
    value === null || proven === null
      ? value === proven
      : equalBytes(sha256(value), decodeStateTrieEntry(proven).valueHash);
  if (same) return;
  throw new CotraceError('WRONG_VALUE', `the value of ${key} in ${domain} is not the one on the ledger`, {
    domain,
    key,
  });
}

function provenTrace(trace: ProofTrace, value: Uint8Array | null, block: bigint): ProvenTrace {
  const { traceId } = trace;
  if (trace.head === null || value === null) {
    if (trace.head === value) return { traceId, trees: [] };
    throw wrongHead(traceId, value === null ? 'is shown and not on the ledger' : 'is on the ledger');
  }
  if (!equalBytes(trace.head, value)) throw wrongHead(traceId, 'is not the one on the ledger');
  const head = decodeHead(value);
  const late = head.find(({ lastBlock }) => lastBlock > block);
  if (late !== undefined) throw wrongHead(traceId, `counts events after block ${block}`);
  const { trees } = trace;
  if (trees.length !== head.length || trees.some(({ mspId }, at) => mspId !== head[at]?.mspId)) {
    throw new MalformedError('NO_TREE', 'a trace is shown with trees other than those of its head', {
      traceId,
      trees: trees.length,
      head: head.length,
    });
  }
  return { traceId, trees: trees.map((tree, at) => provenTree(traceId, head, tree, at)) };
}

function provenTree(
  traceId: string,
  head: TraceHead,
  { mspId, events, path }: ProofTree,
  at: number,
): ProvenTree {
  const shown = events.map((event) =>
    'hidden' in event ? event : { index: event.index, leaf: event.place },
  );
  const leaves = verifyEvents(traceId, head, { mspId, events: shown, path });
  const { count = 0 } = head[at] ?? {};
  return {
    mspId,
    count,
    events: events.map((event, i) => ({ event, leaf: leaves[i] ?? null })),
  };
}

function wrongHead(traceId: string, why: string): CotraceError {
  return new CotraceError('WRONG_HEAD', `the head of ${traceId} ${why}`, { traceId });
}
