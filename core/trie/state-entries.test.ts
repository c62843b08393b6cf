import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex } from '../bytes/bytes.js';
import { errorOf } from '../testing/error-of.js';
import { decodeStateTrieEntry, encodeStateTrieEntry, stateTrieKey, traceTrieKey } from './state-entries.js';
import { RUNS } from './testing/generators.js';

const u32 = fc.nat(2 ** 32 - 1);
const u64 = fc.bigInt(0n, 2n ** 64n - 1n);
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('what the state trie holds', () => {
  it('reads back as it was written', () => {
    const entries = fc.record({ valueHash: hash, blockNum: u64, txNum: u32, verNum: u32 });
    fc.assert(
      fc.property(entries, (entry) => {
        expect(decodeStateTrieEntry(encodeStateTrieEntry(entry))).toEqual(entry);
      }),
      { numRuns: RUNS },
    );
  });

  it('is refused where it is shorter or longer', () => {
    expect(errorOf(() => decodeStateTrieEntry(new Uint8Array(47))).code).toBe('TRUNCATED');
    expect(errorOf(() => decodeStateTrieEntry(new Uint8Array(49))).code).toBe('TRAILING_BYTES');
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
});
