/** Values of a number of keys, as copies in one buffer. */
export class FoundValues {
  readonly #bytes: Uint8Array;
  readonly #ends: Uint32Array;

  /** `ends` says of each key where its value ends in `bytes`: a key without a value has none of its bytes. */
  constructor(bytes: Uint8Array, ends: Uint32Array) {
    this.#bytes = bytes;
    this.#ends = ends;
  }

  /** Number of keys that were looked up. */
  get count(): number {
    return this.#ends.length;
  }

  /** Size of the value of the key number `i`, from 0 on, in bytes; 0 where it has none, or where there is no such key. */
  sizeOf(i: number): number {
    return (this.#ends[i] ?? 0) - this.#start(i);
  }

  /** A view of that value in the buffer of all of them; null where the key has none. */
  valueOf(i: number): Uint8Array | null {
    return this.sizeOf(i) > 0 ? this.#bytes.subarray(this.#start(i), this.#ends[i]) : null;
  }

  #start(i: number): number {
    return i < this.#ends.length ? (this.#ends[i - 1] ?? 0) : 0;
  }
}

/** Puts values together. */
export function foundValues(values: readonly (Uint8Array | null)[]): FoundValues {
  const ends = new Uint32Array(values.length);
  let end = 0;
  for (const [i, value] of values.entries()) ends[i] = end += value?.length ?? 0;
  const bytes = new Uint8Array(end);
  for (const [i, value] of values.entries())
    if (value !== null) bytes.set(value, (ends[i] ?? 0) - value.length);
  return new FoundValues(bytes, ends);
}
