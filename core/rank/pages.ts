import { CotraceError, isCotraceError } from '../errors.js';

/** Pages by name: the store that a tree lies in. Only what is asked for is read, and nothing is kept in memory. */
export interface PageReader {
  /** The page of that name, or null; the caller does not change it. */
  get(name: string): Uint8Array | null;
}

/** Pages that are changed. */
export interface ChangingPages extends PageReader {
  /** `bytes` null removes the page. */
  put(name: string, bytes: Uint8Array | null): void;
}

/** A change of the store; `bytes` null removes the page. */
export interface PageWrite {
  readonly name: string;
  readonly bytes: Uint8Array | null;
}

/** The pages as they will be once the writes collected here are committed, all or none. */
export class PageEdit implements ChangingPages {
  readonly #pages: PageReader;
  readonly #written = new Map<string, Uint8Array | null>();

  constructor(pages: PageReader) {
    this.#pages = pages;
  }

  get(name: string): Uint8Array | null {
    const written = this.#written.get(name);
    return written === undefined ? this.#pages.get(name) : written;
  }

  put(name: string, bytes: Uint8Array | null): void {
    this.#written.set(name, bytes);
  }

  /** What is to be committed, each page once. */
  writes(): PageWrite[] {
    return Array.from(this.#written, ([name, bytes]) => ({ name, bytes }));
  }
}

/** The part of a page's name that a number makes: 16 hexadecimal digits, so that a store that sorts keeps neighbours together. */
export function numbered(value: bigint | number): string {
  return value.toString(16).padStart(16, '0');
}

/** Name of the page with a part of a block's group, counted from 0. */
export function groupPage(blockNum: bigint, part: number): string {
  return `g/${numbered(blockNum)}/${numbered(part)}`;
}

/** Name of the page with what a block changed and the layers do not have yet: the note with that number, counted from 0. */
export function notePage(note: bigint): string {
  return `p/${numbered(note)}`;
}

/** What `read` makes of an own page; throws `RANK_TREE_DAMAGED` where that is not what was written. */
export function fromOwnPage<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    throw new CotraceError('RANK_TREE_DAMAGED', `page ${name} of the rank tree is damaged`, { name }, error);
  }
}
