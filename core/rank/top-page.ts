import { concat } from '../bytes/bytes.js';
import { Reader, u32, u64, u8 } from '../bytes/codec.js';
import { HASH_LENGTH, sha256 } from '../hash.js';
import type { RankTop } from './layers.js';
import { fromOwnPage, type ChangingPages, type PageReader } from './pages.js';

/** A height whose layers and groups are kept as they were. */
export interface Freeze extends RankTop {
  /** The last block that is in it. */
  readonly block: bigint;
  /** Number of pages that list what was saved for it. */
  readonly lists: number;
}

/** The tree's own state: one small page, written with every block. */
export interface TopPage extends RankTop {
  /** The block that comes next, at least; 0 at the beginning. */
  readonly next: bigint;
  /** Notes of what blocks changed, ever made, and how many of the last of them the layers do not have yet. */
  readonly notes: bigint;
  readonly pending: number;
  /** Steps that bring the layers up to date: one for a block's own group, and one for each entry that left an older one. */
  readonly waiting: number;
  /** Of those of the oldest note that is pending, how many are done. */
  readonly done: number;
  /** Heights that were released and of which saved pages are still to be removed, by rising block. */
  readonly released: readonly Freeze[];
  /** Heights that are frozen, by rising block, all above those that were released. */
  readonly freezes: readonly Freeze[];
}

const NAME = 'top';
/** The first byte. Pages of other layouts count as damaged: 0, whose ranks had no fixed places, and 2, which knew nothing of what is still to be removed. */
const LAYOUT = 3;

const EMPTY: TopPage = {
  next: 0n,
  notes: 0n,
  pending: 0,
  waiting: 0,
  done: 0,
  ranks: 0,
  root: sha256(),
  released: [],
  freezes: [],
};

/** The top page, or that of an empty tree. Throws `RANK_TREE_DAMAGED` where it is. */
export function readTop(pages: PageReader): TopPage {
  const bytes = pages.get(NAME);
  return bytes === null ? EMPTY : fromOwnPage(NAME, () => decodeTop(bytes));
}

function decodeTop(bytes: Uint8Array): TopPage {
  const reader = new Reader(bytes, 'the top page of a rank tree');
  reader.expect(u8(LAYOUT));
  const top = {
    next: reader.u64(),
    notes: reader.u64(),
    pending: reader.u32(),
    waiting: reader.u32(),
    done: reader.u32(),
    ranks: reader.u32(),
    root: reader.take(HASH_LENGTH),
  };
  const released = reader.u32();
  const freezes: Freeze[] = [];
  while (reader.left > 0) {
    const [blockNum, lists, ranks] = [reader.u64(), reader.u32(), reader.u32()];
    freezes.push({ block: blockNum, lists, ranks, root: reader.take(HASH_LENGTH) });
  }
  return { ...top, released: freezes.slice(0, released), freezes: freezes.slice(released) };
}

export function writeTop(edit: ChangingPages, top: TopPage): void {
  const { next, notes, pending, waiting, done, ranks, root, released } = top;
  const freezes = [...released, ...top.freezes].flatMap((freeze) => [
    u64(freeze.block),
    u32(freeze.lists),
    u32(freeze.ranks),
    freeze.root,
  ]);
  const counts = [pending, waiting, done, ranks].map(u32);
  edit.put(
    NAME,
    concat(u8(LAYOUT), u64(next), u64(notes), ...counts, root, u32(released.length), ...freezes),
  );
}
