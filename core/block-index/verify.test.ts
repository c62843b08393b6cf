import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildMbTree } from './build.js';
import { onlyTraceId, traceIdsBetween, traceIdsWithPrefix } from './key-range.js';
import { MbTree } from './mb-tree.js';
import { hardEntries, hardTraceIds } from './testing/entries.js';
import { falseTrees } from './testing/false-trees.js';
import { forgeries, honestProofs } from './testing/forgeries.js';
import { referenceOrder, referenceScan } from './testing/reference.js';
import { verifyMbProof } from './verify.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'accepted';
}

describe('the verifier of MB+ proofs', () => {
  it.each(honestProofs().map((proof) => [proof.name, proof] as const))('accepts %s', (_name, proof) => {
    const shown = verifyMbProof(proof.claim);
    expect(shown.entries).toEqual(proof.entries);
    expect([shown.before?.traceId ?? null, shown.after?.traceId ?? null]).toEqual([
      proof.before,
      proof.after,
    ]);
    expect(shown.count).toBe(100);
  });

  it.each(forgeries().map((forgery) => [forgery.name, forgery] as const))(
    'refuses %s',
    (_name, { claim, code }) => {
      expect(codeOf(() => verifyMbProof(claim))).toBe(code);
    },
  );

  const { sound, forgeries: roots } = falseTrees();
  it.each(roots.map((forgery) => [forgery.name, forgery] as const))(
    'refuses the root of what is no tree: %s',
    (_name, { claim, code }) => {
      expect(codeOf(() => verifyMbProof(claim))).toBe(code);
      expect(codeOf(() => verifyMbProof(sound.claim))).toBe('accepted');
    },
  );

  const trees = fc.record({
    entries: hardEntries(120),
    order: fc.oneof(fc.integer({ min: 4, max: 9 }), fc.integer({ min: 4, max: 256 })),
  });
  const ranges = fc.oneof(
    hardTraceIds.map(onlyTraceId),
    hardTraceIds.map((traceId) => traceIdsWithPrefix(Array.from(traceId).slice(0, 3).join(''))),
    fc
      .tuple(hardTraceIds, hardTraceIds)
      .filter(([a, b]) => a < b && /^[ -~]+$/.test(a + b))
      .map(([a, b]) => traceIdsBetween(a, b)),
  );

  it('is shown exactly what is in any range of any tree, and its neighbours', () => {
    fc.assert(
      fc.property(trees, fc.array(ranges, { minLength: 1, maxLength: 5 }), ({ entries, order }, asked) => {
        const tree = new MbTree(buildMbTree(entries, order));
        const sorted = referenceOrder(entries);
        const keys = sorted.map(({ traceId }) => onlyTraceId(traceId));
        for (const range of [...asked, ...keys.slice(0, 10)]) {
          const shown = verifyMbProof({ proof: tree.prove(range), root: tree.root, range });
          expect(shown.entries).toEqual(referenceScan(sorted, range));
          const { from, to } = range;
          const before = referenceScan(sorted, { from: new Uint8Array(), to: from });
          const after = referenceScan(sorted, { from: to, to: Uint8Array.of(0xff) });
          expect([shown.before, shown.after]).toEqual([before.at(-1) ?? null, after[0] ?? null]);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('refuses every proof with a byte changed', () => {
    fc.assert(
      fc.property(
        trees,
        ranges,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        ({ entries, order }, range, place, change) => {
          const tree = new MbTree(buildMbTree(entries, order));
          const proof = tree.prove(range);
          const at = place % proof.length;
          const forged = proof.map((byte, i) => (i === at ? byte ^ change : byte));
          const code = codeOf(() => verifyMbProof({ proof: forged, root: tree.root, range }));
          expect(code).toMatch(
            /^(?:TRUNCATED|TRAILING_BYTES|TOO_LONG|BAD_TAG|BAD_ORDER|BAD_ENTRY_COUNT|BAD_PROOF_LENGTH|ROOT_MISMATCH|NODE_MISMATCH)$/,
          );
        },
      ),
      { numRuns: 5 * RUNS },
    );
  });

  it('takes from one tree only that tree’s proofs', () => {
    fc.assert(
      fc.property(trees, trees, ranges, (one, another, range) => {
        const [a, b] = [one, another].map(({ entries, order }) => new MbTree(buildMbTree(entries, order)));
        if (a === undefined || b === undefined) throw new Error('two trees');
        fc.pre(a.root.join() !== b.root.join());
        expect(codeOf(() => verifyMbProof({ proof: a.prove(range), root: b.root, range }))).toBe(
          'ROOT_MISMATCH',
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('takes the proof of one question for another only where it shows the same leaves', () => {
    fc.assert(
      fc.property(trees, ranges, ranges, ({ entries, order }, asked, other) => {
        const tree = new MbTree(buildMbTree(entries, order));
        const claim = { proof: tree.prove(other), root: tree.root, range: asked };
        if (claim.proof.join() === tree.prove(asked).join()) {
          expect(verifyMbProof(claim).entries).toEqual(referenceScan(referenceOrder(entries), asked));
        } else {
          expect(codeOf(() => verifyMbProof(claim))).toMatch(/^(?:INCOMPLETE_PROOF|SUPERFLUOUS_NODES)$/);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('shows a block without records to hold nothing', () => {
    const tree = new MbTree(buildMbTree([]));
    const range = onlyTraceId('A');
    expect(verifyMbProof({ proof: tree.prove(range), root: tree.root, range })).toEqual({
      entries: [],
      before: null,
      after: null,
      count: 0,
    });
  });
});
