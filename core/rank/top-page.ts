import { concat } from '../bytes/bytes.js';
import { Reader, u32, u64 } from '../bytes/codec.js';
import { HASH_LENGTH, sha256 } from '../hash.js';
import type { RankTop } from './layers.js';
import { fromOwnPage, type PageReader } from './pages.js';

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
  /** Blocks whose changes are not yet in the layers: how many, and the last of them. */
  readonly pending: number;
  readonly lastPending: bigint;
  /** Entries that they took out of older groups. */
  readonly losses: number;
  /** By rising block. */
  readonly freezes: readonly Freeze[];
}

const NAME = 'top';

const EMPTY: TopPage = {
  next: 0n,
  pending: 0,
  lastPending: 0n,
  losses: 0,
  ranks: 0,
  root: sha256(),
  freezes: [],
};

/** The top page, or that of an empty tree. Throws `RANK_TREE_DAMAGED` where it is. */
export function readTop(pages: PageReader): TopPage {
  const bytes = pages.get(NAME);
  return bytes === null ? EMPTY : fromOwnPage(NAME, () => decodeTop(bytes));
}

function decodeTop(bytes: Uint8Array): TopPage {
  const reader = new Reader(bytes, 'the top page of a rank tree');
  const top = {
    next: reader.u64(),
    pending: reader.u32(),
    lastPending: reader.u64(),
    losses: reader.u32(),
    ranks: reader.u32(),
    root: reader.take(HASH_LENGTH),
  };
  const freezes: Freeze[] = [];
  while (reader.left > 0) {
    const blockNum = reader.u64();
    const lists = reader.u32();
    freezes.push({ block: blockNum, lists, ranks: reader.u32(), root: reader.take(HASH_LENGTH) });
  }
  return { ...top, freezes };
}

export function writeTop(edit: { put(name: string, bytes: Uint8Array): void }, top: TopPage): void {
  const freezes = top.freezes.flatMap(({ block, lists, ranks, root }) => [
    u64(block),
    u32(lists),
    u32(ranks),
    root,
  ]);
  const { next, pending, lastPending, losses, ranks, root } = top;
  edit.put(
    NAME,
    concat(u64(next), u32(pending), u64(lastPending), u32(losses), u32(ranks), root, ...freezes),
  );
}
