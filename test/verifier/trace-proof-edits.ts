import {
  decodeEventLeaf,
  decodeHead,
  encodeEventLeaf,
  encodeHead,
  leafHash,
  type TraceEvent,
} from '@cotrace/core';
import type { ProofEvent, ProofTrace, ProofTree, TraceProof } from '../../verifier/trace-proof/types.js';

/** A change of a proof. */
export type Edit = (proof: TraceProof) => TraceProof;

export function inTrace(traceId: string, edit: (trace: ProofTrace) => ProofTrace): Edit {
  return (proof) => ({
    ...proof,
    traces: proof.traces.map((trace) => (trace.traceId === traceId ? edit(trace) : trace)),
  });
}

export function inTrees(traceId: string, edit: (trees: readonly ProofTree[]) => readonly ProofTree[]): Edit {
  return inTrace(traceId, (trace) => (trace.head === null ? trace : { ...trace, trees: edit(trace.trees) }));
}

export function inTree(
  traceId: string,
  mspId: string,
  edit: (tree: ProofTree) => ProofTree,
  headOf: (head: Uint8Array) => Uint8Array = (head) => head,
): Edit {
  return inTrace(traceId, (trace) =>
    trace.head === null
      ? trace
      : {
          ...trace,
          head: headOf(trace.head),
          trees: trace.trees.map((tree) => (tree.mspId === mspId ? edit(tree) : tree)),
        },
  );
}

type OpenEvent = Extract<ProofEvent, { place: Uint8Array }>;

export function inEvents(
  traceId: string,
  mspId: string,
  edit: (events: [OpenEvent, OpenEvent]) => readonly ProofEvent[],
): Edit {
  return inTree(traceId, mspId, (tree) => ({ ...tree, events: edit(tree.events as [OpenEvent, OpenEvent]) }));
}

export function inLeaf(traceId: string, mspId: string, at: number, members: Partial<TraceEvent>): Edit {
  return inTree(traceId, mspId, (tree) => ({
    ...tree,
    events: tree.events.map((event) =>
      event.index !== at || 'hidden' in event
        ? event
        : withPlace(event, encodeEventLeaf({ ...decodeEventLeaf(event.place), ...members })),
    ),
  }));
}

export function inShown(
  traceId: string,
  mspId: string,
  edit: (shown: NonNullable<OpenEvent['shown']>) => OpenEvent['shown'],
): Edit {
  return inEvents(traceId, mspId, ([a, b]) => [{ ...a, shown: a.shown === null ? null : edit(a.shown) }, b]);
}

export function withPlace(event: OpenEvent, place: Uint8Array): OpenEvent {
  return { ...event, place };
}

export function hidden({ index, place }: OpenEvent): Extract<ProofEvent, { hidden: Uint8Array }> {
  return { index, hidden: leafHash(place) };
}

export function longer({ place }: OpenEvent): Uint8Array {
  return Uint8Array.of(...place, 0);
}

export function shorter({ place }: OpenEvent): Uint8Array {
  return place.slice(0, -1);
}

/** The head without its first tree's last event, as far as one can tell without the others. */
export function shorterHead(head: Uint8Array): Uint8Array {
  return encodeHead(
    decodeHead(head).map((tree, at) =>
      at === 0 ? { ...tree, count: 1, peaks: tree.peaks.slice(0, 1) } : tree,
    ),
  );
}

export function rowIn({ traces }: TraceProof, traceId: string): string {
  const trace = traces.find((one) => one.traceId === traceId);
  const [event] = trace === undefined || trace.head === null ? [] : (trace.trees[0]?.events ?? []);
  return event !== undefined && 'place' in event ? (event.shown?.row ?? '') : '';
}
