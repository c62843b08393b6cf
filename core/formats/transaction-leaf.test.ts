import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex } from '../bytes/bytes.js';
import { exampleLeaf, hashOf } from './testing/examples.js';
import { decodeTransactionLeaf, encodeTransactionLeaf, TRANSACTION_LEAF_LENGTH } from './transaction-leaf.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

describe('the transaction leaf', () => {
  it('keeps its bytes', () => {
    expect(toHex(encodeTransactionLeaf(exampleLeaf))).toBe(
      `74000000070b${'0123456789abcdef'.repeat(4)}${toHex(hashOf('envelope'))}`,
    );
  });

  it('reads back as it was written, and any 70 bytes of its kind are a leaf', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 69, maxLength: 69 }), (rest) => {
        const data = Uint8Array.of(0x74, ...rest);
        expect(encodeTransactionLeaf(decodeTransactionLeaf(data))).toEqual(data);
      }),
      { numRuns: RUNS },
    );
  });

  it.each([
    [null],
    [''],
    ['abc'],
    ['0123456789ABCDEF'.repeat(4)],
    ['0'.repeat(64)],
    [`${'a'.repeat(64)}\n`],
    ['é'.repeat(32)],
  ])('states zero for the txId %j, which reads as null', (txId) => {
    const data = encodeTransactionLeaf({ ...exampleLeaf, txId });
    expect(data.subarray(6, 38)).toEqual(new Uint8Array(32));
    expect(decodeTransactionLeaf(data)).toEqual({ ...exampleLeaf, txId: null });
  });

  it('refuses another length or kind, and fields out of range', () => {
    const data = encodeTransactionLeaf(exampleLeaf);
    const refused = (act: () => unknown, code: string): void =>
      expect(act).toThrow(expect.objectContaining({ code }));
    expect(data).toHaveLength(TRANSACTION_LEAF_LENGTH);
    refused(() => decodeTransactionLeaf(data.subarray(1)), 'BAD_TAG');
    refused(() => decodeTransactionLeaf(data.subarray(0, -1)), 'TRUNCATED');
    refused(() => decodeTransactionLeaf(Uint8Array.of(...data, 0)), 'TRAILING_BYTES');
    for (const change of [{ txNum: -1 }, { txNum: 2 ** 32 }, { code: 256 }, { code: 0.5 }]) {
      refused(() => encodeTransactionLeaf({ ...exampleLeaf, ...change }), 'OUT_OF_RANGE');
    }
    refused(
      () => encodeTransactionLeaf({ ...exampleLeaf, envelopeHash: hashOf('x').slice(1) }),
      'BAD_HASH_LENGTH',
    );
  });
});
