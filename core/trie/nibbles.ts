/** Bits of the hex-prefix flag nibble (Ethereum yellow paper, appendix C). */
const LEAF = 2;
const ODD = 1;

/** The half-bytes of a key, high one first: `2 * key.length` numbers of 0…15. */
export function toNibbles(key: Uint8Array): Uint8Array {
  const nibbles = new Uint8Array(2 * key.length);
  key.forEach((byte, i) => {
    nibbles[2 * i] = byte >> 4;
    nibbles[2 * i + 1] = byte & 15;
  });
  return nibbles;
}

/** How many half-bytes `a` and `b` begin with alike. */
export function sharedLength(a: Uint8Array, b: Uint8Array): number {
  const limit = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < limit && a[shared] === b[shared]) shared++;
  return shared;
}

/** Hex-prefix coding of a path of half-bytes: the path of a leaf if `leaf`, else of an extension. */
export function packPath(path: Uint8Array, leaf: boolean): Uint8Array {
  const odd = path.length % 2;
  const packed = new Uint8Array(1 + (path.length - odd) / 2);
  packed[0] = ((leaf ? LEAF : 0) + odd) << 4;
  if (odd === ODD) packed[0] |= path[0] ?? 0;
  for (let i = 1; i < packed.length; i++) {
    const at = odd + 2 * (i - 1);
    packed[i] = ((path[at] ?? 0) << 4) | (path[at + 1] ?? 0);
  }
  return packed;
}

/** The path that `packed` stands for, or null where it is no hex-prefix coding. */
export function unpackPath(packed: Uint8Array): { readonly path: Uint8Array; readonly leaf: boolean } | null {
  const [first] = packed;
  if (first === undefined) return null;
  const flag = first >> 4;
  const odd = (flag & ODD) === 1;
  if (flag > 3 || (!odd && (first & 15) !== 0)) return null;
  return { path: toNibbles(packed).subarray(odd ? 1 : 2), leaf: (flag & LEAF) !== 0 };
}
