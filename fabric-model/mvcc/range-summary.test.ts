import { describe, expect, it } from '@jest/globals';
import { create, toBinary } from '@bufbuild/protobuf';
import { concat, sha256, toHex } from '@cotrace/core';
import * as fc from 'fast-check';
import * as ledger from '../gen/fabric/ledger_pb.js';
import type { KeyRead } from '../transaction/rwset.js';
import { RangeQueryResultsHelper, readMessage } from './range-summary.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const timeout = 50 * numRuns;

const READS = Array.from({ length: 2652 }, (_, i) => ({
  key: `key${String(i).padStart(6, '0')}`,
  version: { blockNum: BigInt(i + 1), txNum: i % 7 },
}));

/** The first `count` of the same reads. */
function reads(count: number): KeyRead[] {
  return READS.slice(0, count);
}

/** Hashes of groups of `reads`, which their first read and their length tell apart: each is made once. */
const leafHashes = new Map<KeyRead | null, Uint8Array[]>();

function leafHash(leaf: readonly KeyRead[]): Uint8Array {
  const hashes = leafHashes.get(leaf[0] ?? null) ?? [];
  leafHashes.set(leaf[0] ?? null, hashes);
  return (hashes[leaf.length] ??= sha256(
    toBinary(ledger.QueryReadsSchema, create(ledger.QueryReadsSchema, { kvReads: leaf.map(readMessage) })),
  ));
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

/**
 * The summary as its definition reads, all levels at once: groups of degree + 1 are hashed as long as a level
 * has a whole group; the rest of each level moves up, hashed if it is more than one.
 */
function naive(results: readonly KeyRead[], degree: number): { level: number; hashes: Uint8Array[] } | null {
  if (results.length <= degree) return null;
  const leaves = chunks(results, degree + 1);
  let hashes = leaves.map(leafHash);
  // The last leaf may be incomplete; a level's whole groups are those it has while results still arrive.
  let whole = Math.floor(results.length / (degree + 1));
  let level = 1;
  for (; whole > degree; level++) {
    whole = Math.floor(whole / (degree + 1));
    const groups = chunks(hashes.slice(0, whole * (degree + 1)), degree + 1).map((group) =>
      sha256(concat(...group)),
    );
    const rest = hashes.slice(whole * (degree + 1));
    const [single] = rest;
    hashes = [
      ...groups,
      ...(single === undefined ? [] : [rest.length === 1 ? single : sha256(concat(...rest))]),
    ];
  }
  return hashes.length > degree
    ? { level: level + 1, hashes: [sha256(concat(...hashes))] }
    : { level, hashes };
}

function built(results: readonly KeyRead[], degree: number): { level: number; hashes: Uint8Array[] } | null {
  const helper = new RangeQueryResultsHelper(degree);
  for (const read of results) helper.add(read);
  const { reads: raw, summary } = helper.done();
  expect(raw).toEqual(summary === null ? results : []);
  return (summary && { level: summary.maxLevel, hashes: [...summary.maxLevelHashes] }) ?? null;
}

describe('RangeQueryResultsHelper', () => {
  it('equals the definition for every small size and degree', () => {
    for (const degree of [2, 3, 5]) {
      for (let count = 0; count <= 150; count++) {
        expect(built(reads(count), degree)).toEqual(naive(reads(count), degree));
      }
    }
  });

  it(
    'equals the definition for random sizes and degrees',
    () => {
      fc.assert(
        fc.property(fc.integer({ min: 2, max: 60 }), fc.nat(700), (degree, count) => {
          expect(built(reads(count), degree)).toEqual(naive(reads(count), degree));
        }),
        { numRuns },
      );
    },
    timeout,
  );

  it("changes level where Fabric's degree of 50 says", () => {
    const levels = [50, 51, 2550, 2551, 2601, 2652].map((count) => {
      const summary = built(reads(count), 50);
      return `${count}: ${summary?.level ?? 0}/${summary?.hashes.length ?? 0}`;
    });
    expect(levels).toEqual(['50: 0/0', '51: 1/1', '2550: 1/50', '2551: 2/1', '2601: 2/1', '2652: 2/2']);
  });

  it('depends on every key and version', () => {
    const root = (results: readonly KeyRead[]): string[] => (built(results, 50)?.hashes ?? []).map(toHex);
    const honest = reads(60);
    const other = honest.map((read, i) =>
      i === 55 ? { key: read.key, version: { blockNum: 1n, txNum: 0 } } : read,
    );
    expect(root(other)).not.toEqual(root(honest));
    expect(root(other).slice(0, 1)).toEqual(root(honest).slice(0, 1));
  });

  it('a degree below 2 is refused', () => {
    expect(() => new RangeQueryResultsHelper(1)).toThrow(expect.objectContaining({ code: 'BAD_DEGREE' }));
  });
});
