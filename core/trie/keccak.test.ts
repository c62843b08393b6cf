import { describe, expect, it } from '@jest/globals';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { toHex, utf8 } from '../bytes/bytes.js';
import { EMPTY_TRIE_ROOT, keccak256 } from './keccak.js';

describe('Keccak-256', () => {
  it('is what Ethereum has for nothing, for text and for the trie without keys', () => {
    expect(toHex(keccak256(utf8('')))).toBe(
      'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
    );
    expect(toHex(keccak256(utf8('abc')))).toBe(
      '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45',
    );
    expect(toHex(EMPTY_TRIE_ROOT)).toBe('56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421');
  });

  it('is that of a library for every length about which blocks are filled up, and for long messages', () => {
    for (const length of [...Array(300).keys(), 10_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 37 + length);
      expect([length, toHex(keccak256(bytes))]).toEqual([length, toHex(keccak_256(bytes))]);
    }
  });
});
