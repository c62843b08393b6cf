import { concat } from '../../bytes/bytes.js';
import { FoundValues } from '../found-values.js';
import type { TrieKernel } from './kernel.js';

/** Looks up many keys at a time: they cross into the kernels, and their values out of them, in one piece each. */
export class Finder {
  readonly #kernel: TrieKernel;
  readonly #bytes: Uint8Array;

  constructor(kernel: TrieKernel, buffer: SharedArrayBuffer) {
    this.#kernel = kernel;
    this.#bytes = new Uint8Array(buffer);
  }

  /** Values of `count` keys of `length` bytes each; nobody else may be using the inbox. */
  findAll(keys: Uint8Array, length: number, count: number): FoundValues {
    const kernel = this.#kernel;
    const inbox = kernel.inbox();
    const room = Math.floor((kernel.inboxEnd() - inbox) / length);
    const most = Math.min(kernel.maxOperations(), room);
    const ends = new Uint32Array(count);
    const parts: Uint8Array[] = [];
    let end = 0;
    for (let from = 0; from < count; from += most) {
      const some = Math.min(most, count - from);
      this.#bytes.set(keys.subarray(from * length, (from + some) * length), inbox);
      kernel.findAll(some, length, 1);
      const order = new Uint32Array(this.#bytes.buffer, kernel.order(), some);
      for (let next = 0; next < some;) {
        const stopped = kernel.collect(next, some);
        const size = order[stopped - 1] ?? 0;
        for (let i = next; i < stopped; i++) ends[from + i] = end + (order[i] ?? 0);
        parts.push(this.#bytes.slice(inbox, inbox + size));
        end += size;
        next = stopped;
      }
    }
    const [only] = parts;
    return new FoundValues(parts.length === 1 && only !== undefined ? only : concat(...parts), ends);
  }
}
