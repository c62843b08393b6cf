import type { TrieChange } from '../state-trie.js';
import type { TrieKernel } from './kernel.js';

/** A lookup that a thread makes in the midst of changes; the kernels count those that find their key. */
export interface Lookup {
  readonly key: Uint8Array;
  readonly lookup: true;
}

/** u16 key length, u16 1 for a lookup, u32 value length. */
const HEADER = 8;
const NOTHING = new Uint8Array();

/** Writes operations where the kernels take them from. */
export class Inbox {
  readonly #kernel: TrieKernel;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #scattered: number;

  constructor(kernel: TrieKernel, buffer: SharedArrayBuffer, scattered: boolean) {
    this.#kernel = kernel;
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.#scattered = Number(scattered);
  }

  /** Takes in changes from the one at `from` on, as many as there is room for; answers where it stopped. */
  fill(changes: readonly (TrieChange | Lookup)[], from: number): number {
    const kernel = this.#kernel;
    const end = kernel.inboxEnd();
    const last = Math.min(changes.length, from + kernel.maxOperations());
    let at = kernel.inbox();
    let next = from;
    for (; next < last; next++) {
      const change = changes[next];
      if (change === undefined) break;
      const { key } = change;
      const isLookup = 'lookup' in change;
      const value = (isLookup ? null : change.value) ?? NOTHING;
      const size = (HEADER + key.length + value.length + 15) & ~15;
      if (at + size > end) break;
      this.#view.setUint16(at, key.length, true);
      this.#view.setUint16(at + 2, Number(isLookup), true);
      this.#view.setUint32(at + 4, value.length, true);
      this.#bytes.set(key, at + HEADER);
      this.#bytes.set(value, at + HEADER + key.length);
      at += size;
    }
    kernel.setOperations(next - from, this.#scattered);
    return next;
  }
}
