import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, toHex } from '../bytes/bytes.js';
import { leafHash } from '../merkle/hashing.js';
import { someLeaves } from '../merkle/testing/leaves.js';
import { rememberedRoots } from '../merkle/testing/reference.js';
import { errorOf } from '../testing/error-of.js';
import type { TraceEvent } from './event-leaf.js';
import { growthPlaces, growthProof, verifyGrowth } from './growth.js';
import type { EventTree, TraceHead } from './head.js';
import type { PerfectNodes } from './paths.js';
import { rootOfPeaks } from '../merkle/peaks.js';
import { headOf, nodesOf, someEvent, someEvents } from './testing/examples.js';
import { appendToPeaks, referenceConsistency, referencePeaks } from '../merkle/testing/peaks-reference.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

/** The nodes of each organisation's tree over its share of `events`. */
function nodesAmong(events: readonly TraceEvent[]): (mspId: string) => PerfectNodes {
  return (mspId) => nodesOf(events.filter((event) => event.mspId === mspId));
}

function proofOf(older: number, events: readonly TraceEvent[]): Uint8Array {
  return growthProof(headOf(events.slice(0, older)), headOf(events), nodesAmong(events));
}

const flip = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

const withTree = (head: TraceHead, change: Partial<EventTree>): TraceHead =>
  head.map((tree, i) => (i === 0 ? { ...tree, ...change } : tree));

describe('the growth of a head', () => {
  it('is proven for every pair of counts to 64', () => {
    const events = someEvents(64);
    const heads = events.map((_, i) => headOf(events.slice(0, i + 1)));
    for (let newer = 1; newer <= 64; newer++) {
      const nodes = nodesOf(events.slice(0, newer));
      for (let older = 1; older <= newer; older++) {
        const [before, after] = [heads[older - 1] ?? [], heads[newer - 1] ?? []];
        verifyGrowth(
          before,
          after,
          growthProof(before, after, () => nodes),
        );
      }
    }
  });

  it('is proven with what RFC 6962 proves it with, but for what the peaks give', () => {
    const [all, rootOf] = [someLeaves(64), rememberedRoots()];
    for (let newer = 1; newer <= 64; newer++) {
      const leaves = all.slice(0, newer);
      const nodes = nodesOfLeaves(leaves);
      for (let older = 1; older < newer; older++) {
        const own = growthPlaces(older, newer).map((place) => toHex(nodes(place)));
        const known = new Set(own);
        for (const part of [leaves.slice(0, older), leaves]) {
          const peaks = referencePeaks(part, rootOf);
          peaks.forEach((peak, i) => known.add(toHex(peak)).add(toHex(rootOfPeaks(peaks.slice(i)))));
        }
        const rfc = referenceConsistency(older, leaves, rootOf).map(toHex);
        expect(rfc.filter((hash) => !known.has(hash))).toEqual([]);
        expect(own.filter((hash) => !rfc.includes(hash))).toEqual([]);
      }
    }
  });

  it('is by the reference what Certificate Transparency proves of its test tree', () => {
    const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657'].map((hex) =>
      Uint8Array.from(Buffer.from(hex, 'hex')),
    );
    leaves.push(Uint8Array.from(Buffer.from('606162636465666768696a6b6c6d6e6f', 'hex')));
    expect(referenceConsistency(1, leaves).map(toHex)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(referenceConsistency(6, leaves).map(toHex)).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(growthPlaces(6, 8)).toEqual([{ level: 1, position: 3 }]);
    const sevenAndEight = leaves.slice(6).map(leafHash);
    const [merged] = sevenAndEight.reduce<Uint8Array[]>(
      (peaks, leaf, i) => appendToPeaks(i, peaks, leaf),
      [],
    );
    expect(toHex(merged ?? new Uint8Array())).toBe(
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    );
  });

  it('needs no proof where the old peaks are peaks still', () => {
    for (const [older, newer] of [
      [5, 5],
      [8, 13],
      [12, 13],
      [2 ** 31, 2 ** 32 - 1],
    ] as const) {
      expect(growthPlaces(older, newer)).toEqual([]);
    }
    expect(growthPlaces(1, 2 ** 31)).toHaveLength(31);
    expect(growthPlaces(2 ** 31 - 1, 2 ** 31)).toHaveLength(1);
  });

  it('of several organisations is proven in one, and new ones need nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { minLength: 2, maxLength: 60 }),
        fc.nat(),
        fc.nat(),
        (organisations, cut, at) => {
          const events = organisations.map((o, i) => ({ ...someEvent(i, 1), mspId: `Org${o}MSP` }));
          const older = 1 + (cut % (events.length - 1));
          const [before, after] = [headOf(events.slice(0, older)), headOf(events)];
          const proof = proofOf(older, events);
          verifyGrowth(before, after, proof);
          if (proof.length === 0) return;
          const bent = flip(proof, at % proof.length);
          expect(errorOf(() => verifyGrowth(before, after, bent)).code).toBe('ROOT_MISMATCH');
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('cannot be proven of another history, whatever event is another', () => {
    const events = someEvents(40);
    const after = headOf(events);
    for (let older = 1; older <= 40; older++) {
      const proof = proofOf(older, events);
      for (let changed = 0; changed < older; changed++) {
        const before = headOf(
          events
            .slice(0, older)
            .map((event, i) => (i === changed ? { ...event, valueHash: new Uint8Array(32) } : event)),
        );
        expect(errorOf(() => verifyGrowth(before, after, proof)).code).toMatch(
          /^(?:HEAD_REWRITTEN|ROOT_MISMATCH)$/,
        );
      }
    }
  });

  describe('is refused', () => {
    const events = someEvents(30, 2);
    const [before, after] = [headOf(events.slice(0, 9)), headOf(events)];
    const proof = proofOf(9, events);
    const code = (older: TraceHead, newer: TraceHead, bytes = proof): string =>
      errorOf(() => verifyGrowth(older, newer, bytes)).code;

    it('where the newer head has fewer events', () => {
      expect(code(after, before)).toBe('HEAD_ROLLED_BACK');
      expect(errorOf(() => growthProof(after, before, nodesAmong(events))).code).toBe('HEAD_ROLLED_BACK');
    });

    it('where an organisation is gone', () => {
      expect(code(before, after.slice(1))).toBe('HEAD_ROLLED_BACK');
      expect(code(before, after.slice(0, 1))).toBe('HEAD_ROLLED_BACK');
    });

    it('where events changed and none came, or the last place did', () => {
      const tree = before[0];
      if (tree === undefined) throw new Error('a tree');
      const nothing = new Uint8Array();
      verifyGrowth(before, before, nothing);
      const peaks = tree.peaks.map((peak, i) => (i === 0 ? flip(peak, 0) : peak));
      expect(code(before, withTree(before, { peaks }), nothing)).toBe('HEAD_REWRITTEN');
      const lastTx = tree.lastTx + 1;
      expect(code(before, withTree(before, { lastTx }), nothing)).toBe('HEAD_REWRITTEN');
    });

    it('where events came and the last place went back', () => {
      expect(code(before, withTree(after, { lastBlock: 0n }))).toBe('HEAD_REWRITTEN');
    });

    it('where a peak that must be kept is another, by the heads alone', () => {
      const [older, newer] = [headOf(someEvents(8)), headOf(someEvents(13))];
      const peaks = (newer[0]?.peaks ?? []).map((peak, i) => (i === 0 ? flip(peak, 31) : peak));
      expect(code(older, withTree(newer, { peaks }), new Uint8Array())).toBe('HEAD_REWRITTEN');
    });

    it('with a proof that is too short or too long', () => {
      expect(proof.length).toBeGreaterThan(32);
      expect(code(before, after, proof.subarray(32))).toBe('BAD_PROOF_LENGTH');
      expect(code(before, after, proof.subarray(1))).toBe('BAD_PROOF_LENGTH');
      expect(code(before, after, concat(proof, new Uint8Array(32)))).toBe('BAD_PROOF_LENGTH');
      expect(code(before, after, concat(proof, Uint8Array.of(0)))).toBe('BAD_PROOF_LENGTH');
      expect(code(before, after, new Uint8Array())).toBe('BAD_PROOF_LENGTH');
    });
  });
});

/** The nodes of the tree over these leaves' data. */
function nodesOfLeaves(leaves: readonly Uint8Array[]): PerfectNodes {
  return ({ level, position }) => {
    const [node] = referencePeaks(leaves.slice(position * 2 ** level, (position + 1) * 2 ** level));
    if (node === undefined) throw new RangeError('no such node');
    return node;
  };
}
