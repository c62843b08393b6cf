import {
  concat,
  encodeEventLeaf,
  encodeHead,
  leafHash,
  MerkleTree,
  sha256,
  sharedNodes,
  traceTrieKey,
  utf8,
} from '@cotrace/core';
import { recordIdOfText } from '../../verifier/trace-proof/record-text.js';
import {
  peaksOf,
  type KnownEvent,
  type ReferenceLedger,
} from '../../verifier/trace-proof/testing/reference-ledger.js';
import type { ProofEvent, ProofTrace, ProofTree, TraceProof } from '../../verifier/trace-proof/types.js';

/** Who signs a root, and how a record's text is changed. */
export interface Liar {
  readonly mspId: string;
  readonly reword: (text: string) => string;
}

/**
 * A proof in which the record at `at` says something else, with all that follows from it: its id, its rows and marks, their
 * leaves, the trees, the heads and the root, which `liar` signs in place of its own attestation.
 */
export async function retold(
  proof: TraceProof,
  ledger: ReferenceLedger,
  at: number,
  liar: Liar,
): Promise<TraceProof> {
  const text = proof.records[at] ?? '';
  const other = liar.reword(text);
  const edit = (event: KnownEvent): KnownEvent => (event.record === text ? rewritten(event, other) : event);
  const heads = new Map<string, Uint8Array>();
  const traces = proof.traces.map((trace): ProofTrace => {
    if (trace.head === null) return trace;
    const { traceId } = trace;
    const known = new Map(ledger.trees(traceId).map(({ mspId, events }) => [mspId, events.map(edit)]));
    const head = encodeHead(
      ledger.head(traceId).map((tree) => ({ ...tree, peaks: peaksOf(leavesOf(known.get(tree.mspId))) })),
    );
    heads.set(traceId, head);
    return { traceId, head, trees: trace.trees.map((tree) => treeOver(tree, known.get(tree.mspId) ?? [])) };
  });
  const records = proof.records.map((record) => (record === text ? other : record));
  const { trie, root } = await ledger.trie(heads);
  const nodes = sharedNodes(traces.map(({ traceId }) => trie.prove(traceTrieKey(traceId))));
  const honest = proof.root.attestations.filter(({ mspId }) => mspId !== liar.mspId);
  const attestations = [...ledger.attestations([liar.mspId], root), ...honest];
  return { ...proof, records, traces, nodes, root: { ...proof.root, attestations } };
}

function rewritten({ leaf, row, record, ...event }: KnownEvent, other: string): KnownEvent {
  const [before, after] = [record ?? '', other].map((text) => recordIdOfText(leaf.mspId, text));
  const named = (text: string): string => text.replaceAll(before ?? '', after ?? '');
  const said = named(row ?? '');
  return {
    ...event,
    row: said,
    record: other,
    leaf: { ...leaf, key: named(leaf.key), valueHash: sha256(utf8(said)) },
  };
}

function treeOver(tree: ProofTree, known: readonly KnownEvent[]): ProofTree {
  const leaves = leavesOf(known);
  const events = tree.events.map((event): ProofEvent => {
    const place = leaves[event.index] ?? null;
    if (place === null) return event;
    if ('hidden' in event) return { index: event.index, hidden: leafHash(place) };
    if (event.shown?.row == null) return { ...event, place };
    return { ...event, place, shown: { ...event.shown, row: known[event.index]?.row ?? '' } };
  });
  const indices = events.map(({ index }) => index);
  return { mspId: tree.mspId, events, path: pathOver(leaves, indices) };
}

/** The path of leaves at places; empty where there is none. */
export function pathOver(leaves: readonly Uint8Array[], indices: readonly number[]): Uint8Array {
  const rise = indices.every((index, at) => index < leaves.length && index > (indices[at - 1] ?? -1));
  if (indices.length === 0 || !rise) return new Uint8Array();
  return concat(...new MerkleTree(leaves).multiproof(indices));
}

function leavesOf(events: readonly KnownEvent[] = []): Uint8Array[] {
  return events.map(({ leaf }) => encodeEventLeaf(leaf));
}
