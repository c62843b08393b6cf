import { describe, expect, it } from '@jest/globals';
import { sha256, utf8 } from '@cotrace/core';
import * as fc from 'fast-check';
import { encodeRwset } from '../validation/testing/transaction.js';
import { compareUtf8 } from './key-order.js';
import { decodeRwset, rwsetDefects } from './rwset.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const timeout = 50 * numRuns;

describe('compareUtf8', () => {
  it(
    'orders texts as their UTF-8 bytes are ordered',
    () => {
      const text = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 6 }),
        fc
          .array(fc.constantFrom('a', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'))
          .map((parts) => parts.join('')),
      );
      fc.assert(
        fc.property(text, text, (a, b) => {
          expect(Math.sign(compareUtf8(a, b))).toBe(
            Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))),
          );
        }),
        { numRuns },
      );
    },
    timeout,
  );
});

describe('decodeRwset', () => {
  it('gives what was encoded, deletions recognised in all their forms', () => {
    const version = { blockNum: 2n ** 60n, txNum: 3n };
    const [set] = decodeRwset(
      encodeRwset([
        {
          namespace: 'ns',
          reads: [{ key: 'absent' }, { key: 'live', version }],
          rangeQueriesInfo: [
            { startKey: 'a', endKey: 'b', itrExhausted: true },
            { startKey: 'c', readsInfo: { case: 'rawReads', value: { kvReads: [{ key: 'c', version }] } } },
          ],
          writes: [
            { key: 'put', value: utf8('v') },
            { key: 'emptied' },
            { key: 'gone', isDelete: true, value: utf8('v') },
          ],
          metadataWrites: [{ key: 'put', entries: [{ name: 'n', value: utf8('m') }] }],
          collections: [
            {
              name: 'c',
              hashedReads: [{ keyHash: utf8('h') }],
              hashedWrites: [
                { keyHash: utf8('h'), valueHash: sha256(utf8('v')) },
                { keyHash: utf8('i'), valueHash: sha256(new Uint8Array()) },
                { keyHash: utf8('j') },
              ],
            },
          ],
        },
      ]),
    );
    const decoded = { blockNum: 2n ** 60n, txNum: 3 };
    expect(set?.reads).toEqual([
      { key: 'absent', version: null },
      { key: 'live', version: decoded },
    ]);
    expect(set?.rangeQueries).toEqual([
      { startKey: 'a', endKey: 'b', exhausted: true, reads: [], summary: null },
      {
        startKey: 'c',
        endKey: '',
        exhausted: false,
        reads: [{ key: 'c', version: decoded }],
        summary: null,
      },
    ]);
    expect(set?.writes.map(({ isDelete }) => isDelete)).toEqual([false, true, true]);
    expect(set?.metadataWrites).toMatchObject([{ key: 'put', entries: [{ name: 'n', value: utf8('m') }] }]);
    expect(set?.collections[0]?.writes.map(({ isDelete }) => isDelete)).toEqual([false, true, true]);
  });

  it('names what no peer would endorse: repeated or unsorted namespaces and keys', () => {
    const defects = (...sets: Parameters<typeof encodeRwset>[0][number][]): string[] =>
      rwsetDefects(decodeRwset(encodeRwset(sets))).map(({ where, kind, name }) => `${kind} ${where} ${name}`);
    expect(defects({ namespace: 'a', reads: [{ key: 'x' }, { key: 'y' }] }, { namespace: 'b' })).toEqual([]);
    expect(defects({ namespace: 'b' }, { namespace: 'a' }, { namespace: 'b' })).toEqual([
      'unsorted namespaces a',
      'repeated namespaces b',
    ]);
    expect(defects({ namespace: 'a', reads: [{ key: 'y' }, { key: 'x' }] })).toEqual(['unsorted reads x']);
    expect(defects({ namespace: 'a', writes: [{ key: 'x' }, { key: 'x' }] })).toEqual(['repeated writes x']);
    expect(defects({ namespace: 'a', metadataWrites: [{ key: '\u{10000}' }, { key: '\uffff' }] })).toEqual([
      'unsorted metadataWrites \uffff',
    ]);
    expect(defects({ namespace: 'a', collections: [{ name: 'c' }, { name: 'c' }] })).toEqual([
      'repeated collections c',
    ]);
  });
});
