import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { equalBytes, toHex } from '../bytes/bytes.js';
import { buildFbTree, buildMbTree } from './build.js';
import type { IndexEntry } from './entry.js';
import { onlyTraceId, traceIdsBetween, traceIdsWithPrefix, type KeyRange } from './key-range.js';
import { MbTree } from './mb-tree.js';
import { entryOf, hardEntries, hardTraceIds, someEntries } from './testing/entries.js';
import { referenceOrder, referenceRoot, referenceScan, referenceTree } from './testing/reference.js';
import { FbTree } from './tree.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const ORDERS = [4, 5, 8, 32, 33, 255, 256];
const orders = fc.oneof(fc.constantFrom(...ORDERS), fc.integer({ min: 4, max: 256 }));

/** Every key, every beginning of a key, and ranges between keys and what is beside them. */
function rangesFor(entries: readonly IndexEntry[], others: readonly string[]): KeyRange[] {
  const traceIds = [...new Set([...entries.map(({ traceId }) => traceId), ...others])];
  const beginnings = new Set(
    traceIds.flatMap((traceId) =>
      Array.from(traceId)
        .slice(0, 12)
        .map((_, i, all) => all.slice(0, i).join('')),
    ),
  );
  const sorted = referenceOrder(traceIds.map((traceId) => entryOf(traceId, 0)));
  return [
    ...traceIds.map(onlyTraceId),
    ...traceIds.map(traceIdsWithPrefix),
    ...[...beginnings].map(traceIdsWithPrefix),
    ...sorted.flatMap(({ traceId }, i) => [
      traceIdsBetween(traceId, sorted[i + 1]?.traceId ?? null),
      traceIdsBetween(null, traceId),
      traceIdsBetween(traceId, sorted[Math.min(2 * i, sorted.length - 1)]?.traceId ?? null),
    ]),
  ];
}

/** Whether two lists of entries are the same, in a fraction of the time that `toEqual` takes for thousands. */
function same(found: readonly IndexEntry[], wanted: readonly IndexEntry[]): boolean {
  return (
    found.length === wanted.length &&
    found.every((entry, i) => {
      const other = wanted[i];
      return (
        other !== undefined &&
        entry.traceId === other.traceId &&
        entry.txNum === other.txNum &&
        entry.upstream === other.upstream &&
        equalBytes(entry.txId, other.txId) &&
        (entry.previous === null || other.previous === null
          ? entry.previous === other.previous
          : equalBytes(entry.previous, other.previous)) &&
        Object.keys(entry).length === Object.keys(other).length
      );
    })
  );
}

/** Where the entries of each TraceID, and of each beginning of one, stand among sorted ones. */
function grouped(sorted: readonly IndexEntry[]) {
  const byKey = new Map<string, { from: number; to: number }>();
  const byPrefix = new Map<string, { from: number; to: number }>();
  sorted.forEach(({ traceId }, i) => {
    const beginnings = Array.from({ length: traceId.length + 1 }, (_, end) => traceId.slice(0, end));
    for (const [groups, name] of [
      [byKey, traceId] as const,
      ...beginnings.map((name) => [byPrefix, name] as const),
    ]) {
      const group = groups.get(name);
      if (group === undefined) groups.set(name, { from: i, to: i + 1 });
      else group.to = i + 1;
    }
  });
  return { byKey, byPrefix };
}

/** Those searches of `range` that do not find what is `wanted`. */
function wrongSearches(
  trees: readonly Pick<FbTree, 'search'>[],
  range: KeyRange,
  wanted: readonly IndexEntry[],
): unknown[] {
  return trees.flatMap((tree) => {
    const found = tree.search(range);
    return same(found, wanted) ? [] : [{ range, found, wanted }];
  });
}

describe('the trees of a block', () => {
  it('are what their definition says, for every number of entries to 70', () => {
    for (const order of [4, 5, 32]) {
      for (let count = 0; count <= 70; count++) {
        const entries = someEntries(count);
        const tree = buildMbTree(entries, order);
        expect(toHex(tree)).toBe(toHex(referenceTree(entries, order, true)));
        expect(toHex(buildFbTree(entries, order))).toBe(toHex(referenceTree(entries, order, false)));
        expect(toHex(new MbTree(tree).root)).toBe(toHex(referenceRoot(tree)));
      }
    }
  });

  it('are what their definition says for keys that are there twice, share beginnings and lie beyond ASCII', () => {
    fc.assert(
      fc.property(hardEntries(200), orders, (entries, order) => {
        expect(toHex(buildMbTree(entries, order))).toBe(toHex(referenceTree(entries, order, true)));
        expect(toHex(buildFbTree(entries, order))).toBe(toHex(referenceTree(entries, order, false)));
      }),
      { numRuns: RUNS },
    );
  });

  it.each([
    [4, '259537f487068c763bb00b6b7b53615568cd27ff1fcf20a3b9e67244ad1d945b'],
    [32, '14b4c9b1b1d2a8331a96a6b7ee65e13f2b1acb9b030ab4c0aac25d528616ffea'],
    [256, '217f38dc21b774a01fb68af8cfb2c19a2963049fef158a75e04ceace08baffc4'],
  ])(
    'keep their bytes, of which another program made the root from docs/formats.md too: order %i',
    (order, root) => {
      const names = ['A', 'A', 'A', 'A', 'A', 'A+B', 'B/1', 'é', '\uffee', '\u{1f33e}', 'x'.repeat(512)];
      const lots = Array.from({ length: 30 }, (_, i) => `LOT-${i}`);
      const tree = new MbTree(buildMbTree([...names, ...lots].map(entryOf), order));
      expect(toHex(tree.root)).toBe(root);
    },
  );

  it('have nodes at least half full, but for the top', () => {
    for (const order of [4, 5, 16, 256]) {
      for (const count of [order, order + 1, 3 * order, 700]) {
        const levels = nodeSizes(buildFbTree(someEntries(count), order), order, count);
        levels.slice(0, -1).forEach((sizes, level) => {
          const most = level === 0 ? order - 1 : order;
          expect(Math.min(...sizes)).toBeGreaterThanOrEqual(Math.floor(most / 2));
          expect(Math.max(...sizes)).toBeLessThanOrEqual(most);
        });
      }
    }
  });

  it('do not depend on the order in which entries come', () => {
    fc.assert(
      fc.property(
        hardEntries(80).chain((entries) =>
          fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length })),
        ),
        ([entries, shuffled]) => {
          expect(toHex(buildMbTree(shuffled, 4))).toBe(toHex(buildMbTree(entries, 4)));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('find what a scan finds, for every key, prefix and range of hard keys', () => {
    fc.assert(
      fc.property(
        hardEntries(300),
        fc.array(hardTraceIds, { maxLength: 8 }),
        orders,
        (entries, others, order) => {
          const fb = new FbTree(buildFbTree(entries, order));
          const mb = new MbTree(buildMbTree(entries, order));
          const sorted = referenceOrder(entries);
          const wrong = rangesFor(entries, others).flatMap((range) =>
            wrongSearches([fb, mb], range, referenceScan(sorted, range)),
          );
          expect(wrong).toEqual([]);
        },
      ),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });

  it('find what a scan finds in blocks of up to 5,000 records, at any order', () => {
    const block = fc.record({
      count: fc.integer({ min: 1, max: 5000 }),
      different: fc.integer({ min: 1, max: 5000 }),
      order: orders,
      probes: fc.array(fc.nat(4999), { minLength: 5, maxLength: 5 }),
    });
    fc.assert(
      fc.property(block, ({ count, different, order, probes }) => {
        const idOf = (i: number): string => `urn:lot/${((i * 2654435761) % different).toString(7)}`;
        const entries = Array.from({ length: count }, (_, i) => entryOf(idOf(i), i));
        const fb = new FbTree(buildFbTree(entries, order));
        const mb = new MbTree(buildMbTree(entries, order));
        // Every key and prefix, and from every key a range, against what one scan has grouped; some by a scan of their own.
        const sorted = referenceOrder(entries);
        const { byKey, byPrefix } = grouped(sorted);
        const firsts = [...byKey.values()].map(({ from }) => from);
        const keys = [...byKey.keys()];
        const wrong = keys.flatMap((traceId, i) => {
          const [here, there] = [firsts[i] ?? 0, i + 1 + ((probes[i % 5] ?? 0) % 50)];
          const wanted = sorted.slice(here, firsts[there] ?? sorted.length);
          return [
            ...wrongSearches([fb, mb], onlyTraceId(traceId), sorted.slice(here, byKey.get(traceId)?.to)),
            ...wrongSearches([fb, mb], traceIdsBetween(traceId, keys[there] ?? null), wanted),
          ];
        });
        for (const [prefix, { from, to }] of byPrefix)
          wrong.push(...wrongSearches([fb, mb], traceIdsWithPrefix(prefix), sorted.slice(from, to)));
        for (const probe of probes) {
          const traceId = idOf(probe);
          const ranges = [
            onlyTraceId(traceId),
            traceIdsWithPrefix(traceId.slice(0, -1)),
            traceIdsWithPrefix(traceId),
            traceIdsBetween(traceId, null),
            traceIdsBetween(null, traceId),
          ];
          for (const range of ranges)
            wrong.push(...wrongSearches([mb, fb], range, referenceScan(sorted, range)));
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: Math.ceil(RUNS / 50) },
    );
  }, 3_600_000);

  it('hold nothing in a block without records', () => {
    const fb = new FbTree(buildFbTree([]));
    expect([fb.count, fb.search(traceIdsWithPrefix(''))]).toEqual([0, []]);
    const mb = new MbTree(buildMbTree([]));
    expect(mb.search(onlyTraceId('A'))).toEqual([]);
    expect(toHex(mb.root)).toBe('2c103be8488a880c78adfed69f8b252f803d0df00433d9a108250bb0e305c850');
  });
});

describe('what is no tree or no entry', () => {
  const refused = (act: () => unknown, code: string): void => {
    expect(act).toThrow(expect.objectContaining({ code }));
  };

  it('is refused by the builders', () => {
    const [entry = entryOf('A', 0)] = someEntries(1);
    for (const order of [3, 257, 4.5, Number.NaN]) refused(() => buildFbTree([entry], order), 'BAD_ORDER');
    for (const traceId of ['', 'A'.repeat(513), 'é'.repeat(257), '\ud800'])
      refused(() => buildMbTree([{ ...entry, traceId }]), 'BAD_KEY');
    for (const txNum of [-1, 0.5, 2 ** 32]) refused(() => buildFbTree([{ ...entry, txNum }]), 'BAD_ENTRY');
    refused(() => buildFbTree([{ ...entry, txId: new Uint8Array(31) }]), 'BAD_ENTRY');
    refused(() => buildFbTree([{ ...entry, previous: new Uint8Array(33) }]), 'BAD_ENTRY');
  });

  it('is refused as a range', () => {
    for (const traceId of ['', 'A'.repeat(513), '\udfff']) refused(() => onlyTraceId(traceId), 'BAD_KEY');
    refused(() => traceIdsBetween('B', 'A'), 'BAD_RANGE');
    const range = { from: Uint8Array.of(2), to: Uint8Array.of(1) };
    refused(() => new FbTree(buildFbTree([])).search(range), 'BAD_RANGE');
    refused(() => new MbTree(buildMbTree([])).prove(range), 'BAD_RANGE');
  });

  it('is refused when opened: the other tree, cut or longer bytes', () => {
    const fb = buildFbTree(someEntries(100), 8);
    refused(() => new MbTree(fb), 'BAD_TAG');
    refused(() => new FbTree(buildMbTree(someEntries(3))), 'BAD_TAG');
    refused(() => new FbTree(fb.subarray(0, 20)), 'TRUNCATED');
    refused(() => new FbTree(fb.subarray(0, -1)), 'BAD_INDEX_NODE');
    refused(() => new FbTree(Uint8Array.of(...fb, 0)), 'TRAILING_BYTES');
  });

  it('never makes a search fail but by a refusal, nor run on, whichever byte is damaged', () => {
    const entries = someEntries(60);
    const intact = buildFbTree(entries, 5);
    fc.assert(
      fc.property(
        fc.nat(intact.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.nat(59),
        (at, change, which) => {
          const damaged = intact.map((byte, i) => (i === at ? byte ^ change : byte));
          const traceId = entries[which]?.traceId ?? '';
          try {
            const tree = new FbTree(damaged);
            const most = tree.search(traceIdsWithPrefix('')).length;
            expect(most).toBeLessThanOrEqual(damaged.length);
            tree.search(onlyTraceId(traceId));
          } catch (error) {
            expect(error).toMatchObject({ name: 'MalformedError' });
          }
        },
      ),
      { numRuns: 10 * RUNS },
    );
  });
});

/** The numbers of items of the nodes of each level, read by walking the bytes. */
function nodeSizes(tree: Uint8Array, order: number, count: number): number[][] {
  const view = new DataView(tree.buffer);
  const levels: number[][] = [];
  let at = 'cotrace.fbtree.v1\0'.length + 10;
  let nodes = Math.ceil(count / (order - 1));
  for (;;) {
    const sizes: number[] = [];
    for (let node = 0; node < nodes; node++) {
      const table = at + 7 + view.getUint32(at + 1);
      const items = view.getUint16(table - 2);
      const stride = tree[at] === 0x6c ? 41 : 8;
      at = table + items * stride + view.getUint32(table + (items - 1) * stride);
      sizes.push(items);
    }
    levels.push(sizes);
    if (nodes === 1) break;
    nodes = Math.ceil(nodes / order);
  }
  expect(at).toBe(tree.length);
  return levels;
}
