import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildFbTree, buildMbTree } from './build.js';
import { impliedUpstream, joinedTraceId, MAX_CODED_PARTS, suffixedTraceId } from './codings.js';
import { onlyTraceId } from './key-range.js';
import { MbTree } from './mb-tree.js';
import { entriesOfRecord, type IndexRecord } from './records.js';
import { entryOf } from './testing/entries.js';
import { FbTree } from './tree.js';
import { verifyMbProof } from './verify.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const names = fc.stringMatching(/^[A-Za-z0-9._-]{1,6}$/);

function recordOf(traceId: string, txNum: number, upstream: readonly string[] = []): IndexRecord {
  const { txId, previous } = entryOf(traceId, txNum);
  return { traceId, txNum, txId, previous, upstream };
}

describe('the codings of TraceIDs', () => {
  it.each([
    ['A', []],
    ['A/1', ['A']],
    ['A/1/2', ['A', 'A/1']],
    ['A+B', ['A', 'B']],
    ['A+B+C', ['A', 'B', 'C']],
    ['A/1+B', ['A', 'A/1', 'B']],
    ['A+B/1', ['A', 'A+B', 'B', 'B/1']],
    ['A+B/1/2', ['A', 'A+B', 'A+B/1', 'B', 'B/1', 'B/1/2']],
    ['A+A', ['A']],
    ['A+', []],
    ['A//1', []],
    ['/A', []],
    ['Ä/1', []],
    ['A B/1', []],
    ['https://id.gs1.org/01/09521234500049/10/A+B', []],
    ['urn:epc:class:lgtin:9521234.000102.A/1', []],
  ])('name what is upstream of %s', (traceId, upstream) => {
    expect(impliedUpstream(traceId)).toEqual(upstream);
  });

  it('are made as they are read', () => {
    fc.assert(
      fc.property(fc.uniqueArray(names, { minLength: 2, maxLength: 5 }), names, (sources, suffix) => {
        const joined = joinedTraceId(sources);
        expect(impliedUpstream(joined)).toEqual([...sources].sort());
        expect(impliedUpstream(suffixedTraceId(joined, suffix))).toEqual(
          expect.arrayContaining([joined, ...sources]),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('are refused for what they cannot carry', () => {
    const refused = (act: () => unknown): void =>
      expect(act).toThrow(expect.objectContaining({ code: 'BAD_CODING' }));
    for (const suffix of ['', 'a/b', 'a+b', 'ä']) refused(() => suffixedTraceId('A', suffix));
    for (const upstream of [[], ['A'], ['A', ''], ['A', 'https://id.gs1.org/01/0952']])
      refused(() => joinedTraceId(upstream));
    refused(() => joinedTraceId(Array.from({ length: MAX_CODED_PARTS + 1 }, () => 'A')));
  });

  it('do not let one identifier fill a block’s tree', () => {
    const most = Array.from({ length: MAX_CODED_PARTS }, () => 'A').join('/');
    expect(impliedUpstream(most)).toHaveLength(MAX_CODED_PARTS - 1);
    expect(impliedUpstream(`${most}/A`)).toEqual([]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('/', '+'), names), { maxLength: MAX_CODED_PARTS - 1 }),
        (rest) => {
          const traceId = `A${rest.map((part) => part.join('')).join('')}`;
          expect(impliedUpstream(traceId).length).toBeLessThanOrEqual(2 * MAX_CODED_PARTS);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

describe('a merged product', () => {
  it('is found by any of its upstream identifiers, however it names them', () => {
    const sources = fc.uniqueArray(names, { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(sources, fc.boolean(), fc.integer({ min: 4, max: 256 }), (upstream, named, order) => {
        const others = Array.from({ length: 50 }, (_, i) => recordOf(`other:${i}`, i + 1));
        const product = named ? recordOf('product:1', 0, upstream) : recordOf(joinedTraceId(upstream), 0);
        const entries = [...others, product].flatMap(entriesOfRecord);
        const tree = new FbTree(buildFbTree(entries, order));
        const { traceId, txNum, txId, previous } = product;
        for (const source of upstream) {
          expect(tree.search(onlyTraceId(source))).toEqual([
            { traceId: source, txNum, txId, previous, upstream: true },
          ]);
        }
        expect(tree.search(onlyTraceId(traceId))).toEqual([
          { traceId, txNum, txId, previous, upstream: false },
        ]);
      }),
      { numRuns: RUNS },
    );
  });

  it('is proven to be in the block by an upstream identifier', () => {
    const entries = [recordOf('A+B', 7), recordOf('C/1', 8), recordOf('D', 9, ['A', 'E'])].flatMap(
      entriesOfRecord,
    );
    const tree = new MbTree(buildMbTree(entries, 4));
    const range = onlyTraceId('A');
    const shown = verifyMbProof({ proof: tree.prove(range), root: tree.root, range });
    expect(shown.entries.map(({ txNum, upstream }) => [txNum, upstream])).toEqual([
      [7, true],
      [9, true],
    ]);
  });

  it('whose record names its sources is not found by what its TraceID seems to name', () => {
    expect(entriesOfRecord(recordOf('A+B', 0, ['C', 'C', 'A+B'])).map(({ traceId }) => traceId)).toEqual([
      'A+B',
      'C',
    ]);
  });
});
