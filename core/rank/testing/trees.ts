import type { RankEntry } from '../entry.js';
import { RankEditor } from '../rank-editor.js';
import { RankView } from '../rank-view.js';
import { MemoryPages } from './memory-pages.js';

/** A tree built at once from entries in any order, at the height after block `last`. */
export function builtAtOnce(entries: Iterable<RankEntry>, c: number, last: bigint): RankEditor {
  const editor = new RankEditor(new MemoryPages(), c);
  editor.apply(last, []);
  editor.replace([], [...entries]);
  return editor;
}

/** The pages of such a tree, frozen. */
export function frozenTree(
  entries: Iterable<RankEntry>,
  c: number,
  last: bigint,
): { readonly pages: MemoryPages; readonly view: RankView } {
  const editor = builtAtOnce(entries, c, last);
  editor.freeze();
  const pages = new MemoryPages();
  pages.commit(editor.writes());
  return { pages, view: new RankView(pages, c, last) };
}
