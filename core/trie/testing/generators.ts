import fc from 'fast-check';
import type { TrieChange } from '../state-trie.js';

/** How often properties are tried. */
export const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

/** Keys over few half-bytes: they share beginnings, and some are the beginning of others. */
const crowdedKey = fc.array(fc.constantFrom(0x00, 0x01, 0x10, 0x11, 0x12, 0xff), {
  minLength: 1,
  maxLength: 5,
});
/** Keys as the state has them, of 32 bytes, that part late. */
const longKey = fc
  .tuple(fc.constantFrom(0, 7), fc.nat(31), fc.constantFrom(1, 16, 17))
  .map(([fill, at, byte]) => {
    const key = new Array<number>(32).fill(fill);
    key[at] = byte;
    return key;
  });

/** A key that is hard for a trie. */
export const hardKey: fc.Arbitrary<Uint8Array> = fc
  .oneof({ weight: 3, arbitrary: crowdedKey }, { weight: 1, arbitrary: longKey })
  .map((bytes) => Uint8Array.from(bytes));

/** Values whose nodes are inlined or hashed, and whose RLP has every form of length. */
export const value: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 40 }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 50, maxLength: 700 }) },
  { weight: 2, arbitrary: fc.nat(255).map((byte) => Uint8Array.of(byte)) },
);

const change: fc.Arbitrary<TrieChange> = fc.record({
  key: hardKey,
  value: fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) }),
});

/** Batches of changes, one after the other. */
export const batches: fc.Arbitrary<TrieChange[][]> = fc.array(fc.array(change, { maxLength: 6 }), {
  minLength: 1,
  maxLength: 20,
});

/** `n` keys of 32 bytes that look random and depend on `seed` alone, made quickly. */
export function scatteredKeys(n: number, seed: number): Uint8Array[] {
  let state = BigInt(seed) + 0x9e3779b97f4a7c15n;
  const word = (): bigint => {
    // splitmix64
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  };
  return Array.from({ length: n }, () => {
    const key = new Uint8Array(32);
    const view = new DataView(key.buffer);
    for (let at = 0; at < 32; at += 8) view.setBigUint64(at, word());
    return key;
  });
}
