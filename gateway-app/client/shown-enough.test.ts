import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ProofTree, type TraceAnswer, type TraceProof, verifyTraceProof } from '@cotrace/verifier';
import { decodeHead, encodeHead, isCotraceError, type EventTree } from '@cotrace/core';
import { ProofScene } from '../testing/proof-scene.js';
import { questionOf, traceProof } from '../testing/proofs.js';
import { requireEnough } from './shown-enough.js';

let scene: ProofScene;
let proof: TraceProof;
let answer: TraceAnswer;
/** The only tree of FLOUR, with three events. */
let tree: ProofTree;
let head: EventTree;

beforeAll(async () => {
  scene = await ProofScene.create();
  proof = await traceProof(scene.network, scene.masters, questionOf('FLOUR'));
  answer = verifyTraceProof(proof, scene.trust, null);
  const [trace] = proof.traces;
  if (trace?.head == null) throw new RangeError('FLOUR has a trace');
  [tree = { mspId: '', events: [], path: new Uint8Array() }] = trace.trees;
  [head = { mspId: '', count: 0, lastBlock: 0n, lastTx: 0, peaks: [] }] = decodeHead(trace.head);
});

afterAll(() => scene.close());

/** Whether it is enough that the events at these indices are shown, of which so many are not. */
function isEnough(newest: number | null, shown: readonly number[], open: number): boolean {
  const events = tree.events.filter(({ index }) => shown.includes(index));
  return holds(newest, [{ ...tree, events }], encodeHead([head]), open);
}

function holds(newest: number | null, trees: readonly ProofTree[], value: Uint8Array, open: number): boolean {
  const shown = { ...proof, traces: [{ traceId: 'FLOUR', head: value, trees }] };
  const missing = open === 0 ? [] : [{ traceId: 'FLOUR', missing: 'events' as const, events: open }];
  try {
    requireEnough(shown, { ...answer, open: missing }, newest);
    return true;
  } catch (error) {
    if (!isCotraceError(error, 'INCOMPLETE')) throw error;
    return false;
  }
}

describe('what a proof shows', () => {
  it('is enough where all is shown, or where that is as many of the newest as were asked for', () => {
    expect(isEnough(null, [0, 1, 2], 0)).toBe(true);
    expect(isEnough(0, [], 3)).toBe(true);
    expect(isEnough(2, [1, 2], 1)).toBe(true);
    expect(isEnough(2, [0, 1, 2], 0)).toBe(true);
    expect(isEnough(3, [0, 1, 2], 0)).toBe(true);
    expect(isEnough(9, [0, 1, 2], 0)).toBe(true);
  });

  it('is not enough where one event is missing', () => {
    expect(isEnough(null, [0, 1], 1)).toBe(false);
    expect(isEnough(2, [2], 2)).toBe(false);
    expect(isEnough(9, [1, 2], 1)).toBe(false);
  });

  it('is not enough where others than the newest are shown', () => {
    expect(isEnough(2, [0, 1], 1)).toBe(false);
    expect(isEnough(2, [0, 2], 1)).toBe(false);
    expect(isEnough(1, [0], 2)).toBe(false);
  });

  it('is not enough where a tree that is not shown has a newer event than all that are', () => {
    const other = (lastBlock: bigint): Uint8Array =>
      encodeHead([head, { ...head, mspId: 'Org2MSP', lastBlock }]);
    const shownLast = [
      { ...tree, events: tree.events.slice(-1) },
      { ...tree, mspId: 'Org2MSP', events: [] },
    ];
    expect(holds(1, shownLast, other(head.lastBlock - 1n), 2)).toBe(true);
    expect(holds(1, shownLast, other(head.lastBlock + 1n), 2)).toBe(false);
  });

  it('is enough of a trace that nobody has recorded', () => {
    const absent = { ...proof, traces: [{ traceId: 'FLOUR', head: null }] };
    requireEnough(absent, { ...answer, identifiers: [] }, 5);
    expect(answer.identifiers).toHaveLength(1);
  });
});
