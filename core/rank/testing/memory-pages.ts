import type { PageReader, PageWrite } from '../pages.js';

/** A store of pages in memory. As from the nodes' store, what is read is a `Buffer`, whose `slice` does not copy. */
export class MemoryPages implements PageReader {
  readonly pages = new Map<string, Uint8Array>();

  get(name: string): Uint8Array | null {
    const bytes = this.pages.get(name);
    return bytes === undefined ? null : Buffer.from(bytes);
  }

  commit(writes: readonly PageWrite[]): void {
    for (const { name, bytes } of writes) {
      if (bytes === null) this.pages.delete(name);
      else this.pages.set(name, bytes);
    }
  }
}
