import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, toHex, utf8 } from '../bytes/bytes.js';
import { lp } from '../bytes/codec.js';
import { hashOf } from '../formats/testing/examples.js';
import { MerkleTree } from '../merkle/tree.js';
import { referenceRoot } from '../merkle/testing/reference.js';
import { errorOf } from '../testing/error-of.js';
import { bodyOf, provePart, verifyPart, type PartProof } from './body.js';
import { decodePartLeaf, encodePartLeaf, type PartLeaf } from './leaves.js';
import { someParts } from './testing/examples.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

const headerOf = (parts: readonly PartLeaf[]): { parts: number; bodyRoot: Uint8Array } => ({
  parts: parts.length,
  bodyRoot: bodyOf(parts).root,
});

/** Leaves from `index` on, rightly proven, whether or not they say anything of a domain. */
function shown(parts: readonly PartLeaf[], index: number, count: number): PartProof {
  const { leaves } = bodyOf(parts);
  const indices = Array.from({ length: count }, (_, i) => index + i);
  return {
    index,
    leaves: leaves.slice(index, index + count),
    multiproof: new MerkleTree(leaves).multiproof(indices),
  };
}

describe('the parts of a header', () => {
  it('are a tree over their leaves', () => {
    const parts = [{ domain: '_lifecycle', hpart: hashOf('l') }, ...someParts(6)];
    const { root, leaves } = bodyOf(parts);
    expect(toHex(root)).toBe(toHex(referenceRoot(leaves)));
    expect(leaves.map(decodePartLeaf)).toEqual(parts);
    expect(toHex(bodyOf([]).root)).toBe(toHex(referenceRoot([])));
  });

  it('are refused out of order, twice, with names of no domain, and above 65,535', () => {
    const parts = someParts(3);
    const [first, second] = parts;
    if (first === undefined || second === undefined) throw new Error('there are parts');
    for (const wrong of [
      parts.toReversed(),
      [first, first],
      [{ ...first, domain: 'a/b' }],
      [{ ...first, domain: '' }],
      [{ ...first, domain: 'lscc' }],
      someParts(65_536),
    ]) {
      expect(errorOf(() => bodyOf(wrong)).code).toBe('BAD_PARTS');
      expect(errorOf(() => provePart(wrong, 'd1')).code).toBe('BAD_PARTS');
    }
    expect(errorOf(() => bodyOf([{ ...first, hpart: new Uint8Array(31) }])).code).toBe('BAD_HASH_LENGTH');
  });

  it('have leaves of one form', () => {
    const leaf = encodePartLeaf({ domain: 'goods', hpart: hashOf('digest') });
    expect(errorOf(() => decodePartLeaf(leaf.slice(0, -1))).code).toBe('TRUNCATED');
    expect(errorOf(() => decodePartLeaf(concat(leaf, Uint8Array.of(0)))).code).toBe('TRAILING_BYTES');
    expect(errorOf(() => decodePartLeaf(leaf.map((byte, i) => (i === 0 ? byte + 1 : byte)))).code).toBe(
      'BAD_TAG',
    );
    const long = concat(utf8('b'), lp('d'.repeat(129)), hashOf('digest'));
    expect(errorOf(() => decodePartLeaf(long)).code).toBe('TOO_LONG');
    const system = concat(utf8('b'), lp('qscc'), hashOf('digest'));
    expect(errorOf(() => decodePartLeaf(system)).code).toBe('BAD_PARTS');
  });
});

describe('the proof of a part', () => {
  it('shows each part and each gap, for all numbers of parts to 20', () => {
    for (let count = 0; count <= 20; count++) {
      const parts = someParts(count);
      const header = headerOf(parts);
      for (let at = 0; at <= 2 * count; at++) {
        const domain = `d${String(at).padStart(6, '0')}`;
        const found = verifyPart(header, domain, provePart(parts, domain));
        expect(found).toEqual(at % 2 === 1 ? parts[(at - 1) / 2]?.hpart : null);
      }
    }
  });

  it('shows what is there among any parts, and nothing else with a changed byte', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(130), fc.nat(), (count, at, flip) => {
        const parts = someParts(count);
        const domain = `d${String(at).padStart(6, '0')}`;
        const proof = provePart(parts, domain);
        const expected = parts.find((part) => part.domain === domain)?.hpart ?? null;
        expect(verifyPart(headerOf(parts), domain, proof)).toEqual(expected);
        const bytes = [...proof.leaves, ...proof.multiproof];
        const bent = bytes[flip % Math.max(1, bytes.length)];
        if (bent === undefined) return;
        const change = (list: readonly Uint8Array[]): Uint8Array[] =>
          list.map((each) => (each === bent ? each.map((byte, i) => (i === 7 ? byte ^ 1 : byte)) : each));
        const forged = { ...proof, leaves: change(proof.leaves), multiproof: change(proof.multiproof) };
        expect(() => verifyPart(headerOf(parts), domain, forged)).toThrow();
      }),
      { numRuns: RUNS },
    );
  });

  const parts = someParts(7);
  const header = headerOf(parts);
  it.each<[string, PartProof, string]>([
    ['neighbours that are not those of the domain', shown(parts, 0, 2), 'd000006'],
    ['one leaf in the middle', shown(parts, 2, 1), 'd000006'],
    ['the first leaf for a domain behind it', shown(parts, 0, 1), 'd000002'],
    ['the last leaf for a domain before it', shown(parts, 6, 1), 'd000012'],
    ['the domain with its neighbour', shown(parts, 2, 2), 'd000005'],
    ['three leaves', shown(parts, 2, 3), 'd000006'],
    ['no leaf', { index: 0, leaves: [], multiproof: [] }, 'd000006'],
  ])('is refused that shows %s', (_, proof, domain) => {
    expect(errorOf(() => verifyPart(header, domain, proof)).code).toBe('BAD_PART_PROOF');
  });

  it('is refused where leaves are left out between two, and where it is of another tree or place', () => {
    const { leaves } = bodyOf(parts);
    const gap = {
      index: 1,
      leaves: [leaves[1] ?? leaf0, leaves[3] ?? leaf0],
      multiproof: new MerkleTree(leaves).multiproof([1, 3]),
    };
    expect(errorOf(() => verifyPart(header, 'd000005', gap)).code).toBe('ROOT_MISMATCH');
    const moved = { ...shown(parts, 0, 1), index: 1 };
    expect(errorOf(() => verifyPart(header, 'd000001', moved)).code).toBe('ROOT_MISMATCH');
    const beyond = { ...shown(parts, 6, 1), index: 7 };
    expect(errorOf(() => verifyPart(header, 'd000013', beyond)).code).toBe('BAD_LEAF_INDEX');
    const other = headerOf(someParts(8));
    expect(() => verifyPart(other, 'd000013', shown(parts, 6, 1))).toThrow();
    expect(errorOf(() => verifyPart(headerOf([]), 'd1', { ...gap, leaves: [] })).code).toBe('BAD_PART_PROOF');
    const emptied = { parts: 0, bodyRoot: hashOf('x') };
    const nothing = { index: 0, leaves: [], multiproof: [] };
    expect(errorOf(() => verifyPart(emptied, 'd1', nothing)).code).toBe('BAD_PART_PROOF');
  });
});

const leaf0 = new Uint8Array();
