import type { PageReader, PageWrite } from '../pages.js';

/** A store of pages in memory. */
export class MemoryPages implements PageReader {
  readonly pages = new Map<string, Uint8Array>();

  get(name: string): Uint8Array | null {
    return this.pages.get(name) ?? null;
  }

  commit(writes: readonly PageWrite[]): void {
    for (const { name, bytes } of writes) {
      if (bytes === null) this.pages.delete(name);
      else this.pages.set(name, bytes);
    }
  }
}
