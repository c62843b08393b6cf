import { createHash } from 'node:crypto';
import type { TrieChange } from '@cotrace/core';

/** The same keys and values as `go/main.go` makes, in two buffers: ten million arrays would be the benchmark's weight. */
export class Keys {
  readonly #keys: Uint8Array;

  constructor(readonly count: number) {
    this.#keys = new Uint8Array(32 * count);
    const number = Buffer.alloc(4);
    for (let i = 0; i < count; i++) {
      number.writeUInt32BE(i);
      this.#keys.set(createHash('sha256').update(number).digest(), 32 * i);
    }
  }

  key(i: number): Uint8Array {
    return this.#keys.subarray(32 * i, 32 * i + 32);
  }

  /** The keys from `from` up to `to` with their first values. */
  slice(from: number, to: number): TrieChange[] {
    return Array.from({ length: Math.min(to, this.count) - from }, (_, i) => this.#change(from + i, 0));
  }

  /** `count` keys with the values of a round. */
  updates(count: number, round: number): TrieChange[] {
    return Array.from({ length: count }, (_, i) =>
      this.#change((i * 7919 + round * 104729) % this.count, round),
    );
  }

  /** Keys to look up. */
  lookups(count: number): Uint8Array[] {
    return Array.from({ length: count }, (_, i) => this.key((i * 7919) % this.count));
  }

  #change(i: number, round: number): TrieChange {
    const text = Buffer.alloc(9);
    text.write('v');
    text.writeUInt32BE(i, 1);
    text.writeUInt32BE(round, 5);
    const hash = createHash('sha256').update(text).digest();
    return { key: this.key(i), value: new Uint8Array(Buffer.concat([hash, hash])) };
  }
}
