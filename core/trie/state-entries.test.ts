import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex } from '../bytes/bytes.js';
import {
  decodeStateTrieEntry,
  decodeTraceHead,
  encodeStateTrieEntry,
  encodeTraceHead,
  extendTraceHead,
  stateTrieKey,
  traceTrieKey,
} from './state-entries.js';
import { exampleTuple } from './testing/examples.js';
import { RUNS } from './testing/generators.js';

const u32 = fc.nat(2 ** 32 - 1);
const u64 = fc.bigInt(0n, 2n ** 64n - 1n);
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('what the state trie holds', () => {
  it('reads back as it was written', () => {
    const entries = fc.record({ valueHash: hash, blockNum: u64, txNum: u32, verNum: u32 });
    const heads = fc.record({ count: u32, lastBlock: u64, lastTx: u32, digest: hash });
    fc.assert(
      fc.property(entries, heads, (entry, head) => {
        expect(decodeStateTrieEntry(encodeStateTrieEntry(entry))).toEqual(entry);
        expect(decodeTraceHead(encodeTraceHead(head))).toEqual(head);
      }),
      { numRuns: RUNS },
    );
  });

  it('is refused where it is shorter or longer', () => {
    for (const decode of [decodeStateTrieEntry, decodeTraceHead]) {
      expect(() => decode(new Uint8Array(47))).toThrow(expect.objectContaining({ code: 'TRUNCATED' }));
      expect(() => decode(new Uint8Array(49))).toThrow(expect.objectContaining({ code: 'TRAILING_BYTES' }));
    }
  });

  it('has different keys for different names, of states and of traces', () => {
    const pairs = [
      stateTrieKey('a', 'bc'),
      stateTrieKey('ab', 'c'),
      stateTrieKey('', 'abc'),
      stateTrieKey('abc', ''),
      traceTrieKey('abc'),
      traceTrieKey('\0\0\0\x01abc'),
    ];
    expect(new Set(pairs.map(toHex)).size).toBe(pairs.length);
  });

  it('has a digest that depends on every transaction, and on their order', () => {
    const [first, second] = [exampleTuple, { ...exampleTuple, txNum: 10 }];
    const digests = [
      [first],
      [first, second],
      [second, first],
      [first, first],
      [{ ...first, domain: 'retail' }],
    ].map((tuples) => tuples.reduce<ReturnType<typeof extendTraceHead> | null>(extendTraceHead, null));
    expect(new Set(digests.map((head) => toHex(head?.digest ?? new Uint8Array()))).size).toBe(digests.length);
    expect(digests[1]).toMatchObject({ count: 2, lastBlock: 7n, lastTx: 10 });
    expect(() => extendTraceHead(null, { ...first, txId: 'AB'.repeat(32) })).toThrow(
      expect.objectContaining({ code: 'BAD_HEX' }),
    );
  });
});
