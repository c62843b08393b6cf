import { describe, expect, it } from '@jest/globals';
import { concat, fromHex, sha256, toHex, utf8 } from '@cotrace/core';
import { blockOf, decodeBlock, encodeBlock } from './block.js';
import { blockErrors, checkBlock } from './check-block.js';
import { dataHash, headerBytes } from './header.js';
import { encodeEnvelope } from '../transaction/builders.js';

describe('block headers', () => {
  // Number, and its DER INTEGER worked out by hand from X.690, 8.3.
  it.each([
    [0n, '020100'],
    [1n, '020101'],
    [127n, '02017f'],
    [128n, '02020080'],
    [255n, '020200ff'],
    [256n, '02020100'],
    [32768n, '0203008000'],
    [2n ** 63n - 1n, '02087fffffffffffffff'],
    [2n ** 63n, '0209008000000000000000'],
    [2n ** 64n - 1n, '020900ffffffffffffffff'],
  ])('the number %s is the shortest positive DER integer', (blockNum, integer) => {
    const content = `${integer}04000403616263`;
    const length = (content.length / 2).toString(16).padStart(2, '0');
    expect(toHex(headerBytes(blockNum, new Uint8Array(), utf8('abc')))).toBe(`30${length}${content}`);
  });

  it('hashes that make the header longer than 127 bytes get a long length', () => {
    const bytes = headerBytes(0n, new Uint8Array(100), new Uint8Array(200));
    expect(toHex(bytes.slice(0, 8))).toBe('3082013402010004');
    expect(bytes).toHaveLength(4 + 0x134);
    expect(toHex(bytes.slice(108, 111))).toBe(toHex(fromHex('000481')));
  });

  it('numbers outside 64 bits are refused', () => {
    for (const blockNum of [-1n, 2n ** 64n]) {
      expect(() => headerBytes(blockNum, new Uint8Array(), new Uint8Array())).toThrow(
        expect.objectContaining({ code: 'OUT_OF_RANGE' }),
      );
    }
  });

  it('the data hash is over the envelopes without anything between them', () => {
    expect(dataHash([utf8('ab'), utf8('c')])).toEqual(sha256(utf8('abc')));
  });
});

describe('checkBlock', () => {
  const envelope = (text: string): Uint8Array => encodeEnvelope(utf8(text), utf8('signature'));
  const make = (blockNum: bigint, previousHash: Uint8Array, envelopes: Uint8Array[]) =>
    blockOf({ number: blockNum, previousHash, dataHash: dataHash(envelopes), envelopes, metadata: [] });
  const codes = (...args: Parameters<typeof blockErrors>): string[] =>
    blockErrors(...args).map(({ code }) => code);
  const genesis = make(0n, new Uint8Array(), [envelope('genesis')]);
  const next = make(1n, genesis.headerHash, [envelope('a'), envelope('b')]);

  it('a chain holds, and each break has its code', () => {
    expect(() => {
      checkBlock(genesis);
      checkBlock(next, genesis);
    }).not.toThrow();
    expect(codes(make(2n, genesis.headerHash, [envelope('a')]), genesis)).toEqual(['BLOCK_NUMBER']);
    expect(codes(make(1n, new Uint8Array(32), [envelope('a')]), genesis)).toEqual(['PREVIOUS_HASH']);
    expect(codes(make(0n, new Uint8Array(32), [envelope('a')]))).toEqual(['PREVIOUS_HASH']);
    expect(codes({ ...next, envelopes: next.envelopes.slice(1) }, genesis)).toEqual(['DATA_HASH']);
    expect(codes({ ...next, envelopes: [...next.envelopes].reverse() }, genesis)).toEqual(['DATA_HASH']);
  });

  it('blocks with the same data hash whose envelopes are cut elsewhere are not well formed', () => {
    const joined = concat(envelope('a'), envelope('b'));
    const shifted = [joined.slice(0, 5), joined.slice(5)];
    for (const envelopes of [[joined], shifted, [joined, new Uint8Array()], []]) {
      expect(codes({ ...next, envelopes, dataHash: dataHash(envelopes) }, genesis)).toContain('WELL_FORMED');
    }
    expect(dataHash([joined])).toEqual(next.dataHash);
  });

  it('envelopes without payload, without signature or in another encoding are not well formed', () => {
    const swapped = concat(fromHex('120173'), fromHex('0a0161'));
    const longTag = concat(fromHex('8a0001'), utf8('a'), fromHex('120173'));
    const unknownLast = concat(fromHex('0a0161120173'), fromHex('3a0178'));
    for (const bytes of [
      swapped,
      longTag,
      encodeEnvelope(utf8('a'), new Uint8Array()),
      encodeEnvelope(new Uint8Array(), utf8('s')),
    ]) {
      expect(codes(make(1n, genesis.headerHash, [bytes]), genesis)).toEqual(['WELL_FORMED']);
    }
    // Go keeps unknown fields, behind the known ones.
    expect(codes(make(1n, genesis.headerHash, [unknownLast]), genesis)).toEqual([]);
  });

  it('a block survives encoding', () => {
    expect(decodeBlock(encodeBlock(next))).toEqual(next);
    expect(() => decodeBlock(new Uint8Array())).toThrow(
      expect.objectContaining({ code: 'BLOCK_INCOMPLETE' }),
    );
  });
});
