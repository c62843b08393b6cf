import { latin1 } from './latin1.js';

/** Remembers the values of the byte strings used last; the one unused for longest goes first. */
export class BoundedCache<Value> {
  readonly #entries = new Map<string, Value>();
  readonly #capacity: number;

  /** `capacity`: how many entries are kept, 1 or more. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: Uint8Array): Value | null {
    const text = latin1(key);
    const value = this.#entries.get(text);
    if (value !== undefined) {
      this.#entries.delete(text);
      this.#entries.set(text, value);
    }
    return value ?? null;
  }

  set(key: Uint8Array, value: Value): void {
    this.#entries.set(latin1(key), value);
    if (this.#entries.size <= this.#capacity) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}
