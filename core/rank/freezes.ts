import { concat, fromUtf8 } from '../bytes/bytes.js';
import { lp, Reader } from '../bytes/codec.js';
import { CotraceError } from '../errors.js';
import { fromOwnPage, numbered, type ChangingPages, type PageEdit, type PageReader } from './pages.js';
import { readTop, type Freeze } from './top-page.js';

/** Stands for a page that was not there: no page is empty. */
const ABSENT = new Uint8Array();
/** Of a list of names: far above what a page is called, and below what a damaged page may ask for. */
const MAX_NAME = 256;
/** Pages that one list names: what is removed at a time. */
const LIST_NAMES = 256;

/**
 * Heights that are frozen at most: each keeps what later blocks change, and a node that compares none of them for so
 * long gains nothing from more.
 */
export const MAX_FREEZES = 16;

const savedName = (blockNum: bigint, name: string) => `f/${numbered(blockNum)}/${name}`;
const listName = (blockNum: bigint, list: number) => `l/${numbered(blockNum)}/${numbered(list)}`;

/** The freeze of `blockNum`, and those that came later. Throws `NOT_FROZEN` where there is none of `blockNum`, or it is released. */
export function freezesFrom(pages: PageReader, blockNum: bigint): readonly [Freeze, ...Freeze[]] {
  const [first, ...later] = readTop(pages).freezes.filter((freeze) => freeze.block >= blockNum);
  if (first?.block !== blockNum)
    throw new CotraceError('NOT_FROZEN', `block ${blockNum} is not frozen`, { block: blockNum });
  return [first, ...later];
}

/**
 * The pages as they were when `blockNum` was frozen. A page that changed since lies saved with the newest freeze of that
 * time, so the first freeze from `blockNum` on that has it has the version asked for. Which there are is read each time:
 * later heights are frozen while this one is read. Reading throws `NOT_FROZEN` once it is released.
 */
export function frozenPages(pages: PageReader, blockNum: bigint): PageReader {
  return {
    get: (name) => {
      for (const freeze of freezesFrom(pages, blockNum)) {
        const saved = pages.get(savedName(freeze.block, name));
        if (saved !== null) return saved.length === 0 ? null : saved;
      }
      return pages.get(name);
    },
  };
}

/** Changes pages; what a freeze still needs is saved first. */
export class SavingEdit implements ChangingPages {
  readonly #edit: PageEdit;
  readonly #freeze: Freeze | null;
  readonly #saved = new Set<string>();
  /** Pages that were read, as a page that changes was most often read before. */
  readonly #read = new Map<string, Uint8Array | null>();

  /** `freeze`: the newest one, if any. */
  constructor(edit: PageEdit, freeze: Freeze | null) {
    this.#edit = edit;
    this.#freeze = freeze;
  }

  get(name: string): Uint8Array | null {
    const bytes = this.#edit.get(name);
    if (this.#freeze !== null) this.#read.set(name, bytes);
    return bytes;
  }

  put(name: string, bytes: Uint8Array | null): void {
    if (this.#freeze !== null && !this.#isSaved(this.#freeze, name)) {
      const before = this.#read.get(name) ?? this.#edit.get(name);
      this.#edit.put(savedName(this.#freeze.block, name), before ?? ABSENT);
      this.#saved.add(name);
    }
    this.#edit.put(name, bytes);
  }

  /** Notes what was saved, so that it can be removed; the freeze as it is now. */
  finish(): Freeze | null {
    if (this.#freeze === null) return null;
    const names = Array.from(this.#saved, (name) => lp(name));
    let { lists } = this.#freeze;
    for (let from = 0; from < names.length; from += LIST_NAMES)
      this.#edit.put(listName(this.#freeze.block, lists++), concat(...names.slice(from, from + LIST_NAMES)));
    return { ...this.#freeze, lists };
  }

  #isSaved({ block: blockNum, lists }: Freeze, name: string): boolean {
    return this.#saved.has(name) || (lists > 0 && this.#edit.get(savedName(blockNum, name)) !== null);
  }
}

/**
 * Removes what was saved for released freezes, the oldest first: the pages of at most so many lists. What is left of them.
 * Throws `RANK_TREE_DAMAGED` where a list is.
 */
export function sweepFreezes(edit: PageEdit, released: readonly Freeze[], most: number): Freeze[] {
  let budget = most;
  return released.flatMap((freeze) => {
    const kept = Math.max(0, freeze.lists - budget);
    budget -= freeze.lists - kept;
    for (let list = kept; list < freeze.lists; list++) removeList(edit, freeze.block, list);
    return kept === 0 ? [] : [{ ...freeze, lists: kept }];
  });
}

function removeList(edit: PageEdit, blockNum: bigint, list: number): void {
  const name = listName(blockNum, list);
  for (const page of fromOwnPage(name, () => decodeList(edit.get(name) ?? ABSENT)))
    edit.put(savedName(blockNum, page), null);
  edit.put(name, null);
}

function decodeList(bytes: Uint8Array): string[] {
  const reader = new Reader(bytes, 'a list of saved pages');
  const names: string[] = [];
  do names.push(fromUtf8(reader.lp(MAX_NAME)));
  while (reader.left > 0);
  return names;
}
