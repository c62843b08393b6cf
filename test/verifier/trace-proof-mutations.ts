import {
  decodeEventLeaf,
  decodeHead,
  encodeEventLeaf,
  encodeHead,
  leafHash,
  sha256,
  sharedNodes,
  toHex,
  traceTrieKey,
  utf8,
  type TraceEvent,
} from '@cotrace/core';
import { writeTraceProof } from '../../verifier/trace-proof/proof-file.js';
import { peaksOf, type ReferenceLedger } from '../../verifier/trace-proof/testing/reference-ledger.js';
import type { ProofEvent, ProofTrace, ProofTree, TraceProof } from '../../verifier/trace-proof/types.js';
import type { Random } from '../faults/random.js';
import { pathOver, retold } from './trace-proof-retold.js';
import { O } from './trace-proof-scene.js';
import { A, B, item, P, X, Y } from './trace-proof-scenes.js';

type Present = Extract<ProofTrace, { head: Uint8Array }>;
type Open = Extract<ProofEvent, { place: Uint8Array }>;
type Mutation = (
  proof: TraceProof,
  random: Random,
  ledger: ReferenceLedger,
) => TraceProof | Promise<TraceProof>;

/** A proof's text after one to three changes, half of them by somebody who knows the ledger and rebuilds what a liar can. */
export async function mutated(honest: TraceProof, ledger: ReferenceLedger, random: Random): Promise<string> {
  if (random.integer(0, 2) === 0) return damaged(writeTraceProof(honest), random);
  let proof = honest;
  for (let left = random.integer(1, 4); left > 0; left--) {
    proof = await random.one(STRUCTURAL)(proof, random, ledger);
  }
  return writeTraceProof(proof);
}

/** A character, a run of them, or a word of the text is another. */
function damaged(text: string, random: Random): string {
  const at = random.integer(0, text.length);
  switch (random.integer(0, 4)) {
    case 0:
      return text.slice(0, at) + random.one('Aa0Zz9-_"{}[],:'.split('')) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + text.slice(at + random.integer(1, 40));
    case 2: {
      const from = random.integer(0, text.length);
      return text.slice(0, at) + text.slice(from, from + random.integer(1, 40)) + text.slice(at);
    }
    default: {
      const [one, other] = [random.one(WORDS), random.one(WORDS)];
      return text.replace(one, other);
    }
  }
}

const WORDS = [
  'hidden',
  'place',
  'row',
  'record',
  'absent',
  'index',
  'null',
  'true',
  ':0',
  ':1',
  ':2',
  'certain',
  'subject',
  'input',
  'output',
  'child',
  A,
  B,
  X,
  P,
];

const STRUCTURAL: readonly Mutation[] = [
  // Less is shown.
  inEvent((event) => (isOpen(event) ? [{ index: event.index, hidden: leafHash(event.place) }] : [event])),
  inEvent((event) => (isOpen(event) ? [{ ...event, shown: null }] : [event])),
  inEvent((event) =>
    isOpen(event) && event.shown !== null ? [{ ...event, shown: { ...event.shown, record: null } }] : [event],
  ),
  inEvent((event) =>
    isOpen(event) && event.shown !== null
      ? [{ ...event, shown: { ...event.shown, envelope: null } }]
      : [event],
  ),
  inEvent((event, random) =>
    isOpen(event) && event.shown !== null
      ? [{ ...event, shown: { ...event.shown, row: null, envelope: random.integer(0, 3) } }]
      : [event],
  ),
  inEvent(() => []),
  inEvent((event) => [event, event]),
  inEvent((event, random) => [{ ...event, index: event.index + random.integer(-1, 2) }]),
  inEvent((event, random) => [{ index: event.index, hidden: sha256(utf8(String(random.integer(0, 9)))) }]),
  (proof, random) => dropOne(proof, 'traces', random),
  (proof, random) => dropOne(proof, 'records', random),
  (proof, random) => dropOne(proof, 'nodes', random),
  (proof, random) => dropOne(proof, 'envelopes', random),
  (proof, random) => ({ ...proof, envelopes: swapped(proof.envelopes, random) }),
  inTrace((trace) => ({ traceId: trace.traceId, head: null })),
  inTrace((trace, random) => ({ ...trace, trees: without(trace.trees, random) })),
  // Contents are others.
  inEvent((event, random, proof) => {
    const other = random.one(openEvents(proof));
    return isOpen(event) ? [{ ...event, shown: other.shown }] : [event];
  }),
  inEvent((event, random) => {
    if (!isOpen(event)) return [event];
    const place = encodeEventLeaf({ ...decodeEventLeaf(event.place), ...random.one(OTHER_LEAVES) });
    return [{ ...event, place }];
  }),
  (proof, random) => ({ ...proof, records: proof.records.map((text) => reworded(text, random)) }),
  // The order is another.
  (proof, random) => ({ ...proof, traces: swapped(proof.traces, random) }),
  (proof, random) => ({ ...proof, nodes: swapped(proof.nodes, random) }),
  (proof, random) => ({ ...proof, records: swapped(proof.records, random) }),
  // Heads, paths and nodes are rebuilt over other events; one organisation of two signs the new root.
  rebuilt((events, random) => events.slice(0, random.integer(1, events.length + 1))),
  rebuilt((events, random) => without(events, random)),
  rebuilt((events, random) => swapped(events, random)),
  rebuilt((events, random) =>
    events.map((event, at) => (at === 0 ? { ...event, ...random.one(OTHER_LEAVES) } : event)),
  ),
  async (proof, random, ledger) => {
    if (proof.records.length === 0 || proof.traces.every(({ head }) => head === null)) return proof;
    const liar = { mspId: O, reword: (text: string) => reworded(text, random) };
    const lie = await retold(proof, ledger, random.integer(0, proof.records.length), liar);
    return random.integer(0, 2) === 0 ? lie : { ...lie, nodes: proof.nodes, root: proof.root };
  },
  // Who attests is another.
  (proof, random) => attestedAs(proof, (list) => without(list, random)),
  (proof, random) => attestedAs(proof, (list) => [...list, random.one(list)]),
  (proof, random) =>
    attestedAs(proof, (list) =>
      list.map((one) => ({ ...one, unixSeconds: one.unixSeconds + BigInt(random.integer(0, 2)) })),
    ),
  (proof, random) => ({
    ...proof,
    root: { ...proof.root, block: proof.root.block + BigInt(random.integer(-1, 2)) },
  }),
];

const OTHER_LEAVES: readonly Partial<TraceEvent>[] = [
  { txId: '00'.repeat(32) },
  { domain: 'retail' },
  { mspId: 'Org3MSP' },
  { key: `trace/${B}` },
  { txNum: 1 },
  { blockNum: 1n },
  { valueHash: sha256() },
  { envelopeHash: sha256() },
];

function inTrace(edit: (trace: Present, random: Random, proof: TraceProof) => ProofTrace): Mutation {
  return (proof, random) => {
    const at = random.integer(0, proof.traces.length);
    return {
      ...proof,
      traces: proof.traces.map((trace, i) =>
        i !== at || trace.head === null || trace.trees.length === 0 ? trace : edit(trace, random, proof),
      ),
    };
  };
}

/** Changes one event; the paths of what is then listed are those of the ledger where that is possible. */
function inEvent(
  edit: (event: ProofEvent, random: Random, proof: TraceProof) => readonly ProofEvent[],
): Mutation {
  return (proof, random, ledger) =>
    inTrace((trace) => {
      const trees = trace.trees.filter(({ events: listed }) => listed.length > 0);
      if (trees.length === 0) return trace;
      const tree = random.one(trees);
      const event = random.one(tree.events);
      const events = tree.events.flatMap((one) => (one === event ? edit(one, random, proof) : [one]));
      const path = random.integer(0, 4) === 0 ? tree.path : pathOf(ledger, trace.traceId, tree.mspId, events);
      return { ...trace, trees: trace.trees.map((one) => (one === tree ? { ...tree, events, path } : one)) };
    })(proof, random, ledger);
}

function pathOf(
  ledger: ReferenceLedger,
  traceId: string,
  mspId: string,
  events: readonly ProofEvent[],
): Uint8Array {
  const known = ledger.trees(traceId).find((tree) => tree.mspId === mspId)?.events ?? [];
  return pathOver(
    known.map(({ leaf }) => encodeEventLeaf(leaf)),
    events.map(({ index }) => index),
  );
}

/** One tree over other events, with everything above it: what a liar can make who lacks a quorum's signatures. */
function rebuilt(edit: (events: readonly TraceEvent[], random: Random) => readonly TraceEvent[]): Mutation {
  return async (proof, random, ledger) => {
    const present = proof.traces.filter(
      (trace): trace is Present => trace.head !== null && trace.trees.length > 0,
    );
    if (present.length === 0) return proof;
    const trace = random.one(present);
    const tree = random.one(trace.trees);
    const known = ledger.trees(trace.traceId).find(({ mspId }) => mspId === tree.mspId)?.events ?? [];
    const leaves = edit(
      known.map(({ leaf }) => leaf),
      random,
    );
    const last = leaves.at(-1);
    if (last === undefined) return proof;
    const data = leaves.map(encodeEventLeaf);
    const head = encodeHead(
      decodeHead(encodeHead(ledger.head(trace.traceId))).map((one) =>
        one.mspId === tree.mspId
          ? { ...one, count: data.length, lastBlock: last.blockNum, lastTx: last.txNum, peaks: peaksOf(data) }
          : one,
      ),
    );
    const contents = new Map(known.map((event) => [toHex(event.leaf.valueHash), event.row]));
    const events = data.map((place, index): ProofEvent => {
      const row = contents.get(toHex(leaves[index]?.valueHash ?? sha256()));
      const shown =
        tree.events.find((event): event is Open => isOpen(event) && event.shown?.row === row)?.shown ?? null;
      return { index, place, shown };
    });
    const trees = trace.trees.map((one): ProofTree =>
      one === tree ? { mspId: tree.mspId, events, path: new Uint8Array() } : one,
    );
    const traces = proof.traces.map((one) => (one === trace ? { ...trace, head, trees } : one));
    if (random.integer(0, 2) === 0) return { ...proof, traces };
    const { trie, root } = await ledger.trie(new Map([[trace.traceId, head]]));
    const nodes = sharedNodes(traces.map(({ traceId }) => trie.prove(traceTrieKey(traceId))));
    const lies = ledger.attestations([O], root);
    const attestations = [...lies, ...proof.root.attestations.filter(({ mspId }) => mspId !== O)];
    return { ...proof, traces, nodes, root: { ...proof.root, attestations } };
  };
}

function reworded(text: string, random: Random): string {
  const ids = [A, B, X, Y, P, item('a')];
  const roles = ['"input"', '"output"', '"subject"', '"child"'];
  const words = random.one([ids, roles, ['T08:', 'T09:', 'T10:']]);
  return random.integer(0, 2) === 0 ? text : text.replace(random.one(words), random.one(words));
}

function attestedAs(
  proof: TraceProof,
  edit: (list: TraceProof['root']['attestations']) => TraceProof['root']['attestations'],
): TraceProof {
  const { attestations } = proof.root;
  return attestations.length === 0
    ? proof
    : { ...proof, root: { ...proof.root, attestations: edit(attestations) } };
}

function dropOne(
  proof: TraceProof,
  name: 'traces' | 'records' | 'nodes' | 'envelopes',
  random: Random,
): TraceProof {
  return { ...proof, [name]: without<unknown>(proof[name], random) };
}

function without<T>(list: readonly T[], random: Random): T[] {
  return list.length === 0 ? [] : list.toSpliced(random.integer(0, list.length), 1);
}

function swapped<T>(list: readonly T[], random: Random): T[] {
  const [a, b] = [random.integer(0, list.length || 1), random.integer(0, list.length || 1)];
  return list.map((one, at) => (at === a ? (list[b] ?? one) : at === b ? (list[a] ?? one) : one));
}

function openEvents({ traces }: TraceProof): Open[] {
  const events = traces.flatMap((trace) =>
    trace.head === null ? [] : trace.trees.flatMap((tree) => tree.events.filter(isOpen)),
  );
  return events.length === 0 ? [{ index: 0, place: new Uint8Array(), shown: null }] : events;
}

function isOpen(event: ProofEvent): event is Open {
  return 'place' in event;
}
