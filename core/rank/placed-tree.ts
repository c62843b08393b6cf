import { equalBytes } from '../bytes/bytes.js';
import { CotraceError } from '../errors.js';
import type { ChangingPages } from './pages.js';
import type { PlacedTree } from './places.js';
import { bandsOf, PAGE_INPUTS, PAGE_LEVELS, pageName, TreePage, widthAt, type Empty } from './tree-page.js';

/** What becomes of a leaf, or of a node. */
export interface NodeChange {
  /** What the tree has of it so far; `some`: whatever it is, it is not empty. */
  readonly before: Uint8Array | Empty | 'some';
  /** Its hash, or empty. */
  readonly after: Uint8Array | Empty;
}

/**
 * Changes leaves of a tree that had `oldSize` places before, by place, and every node above them. Costs a path for each
 * leaf, however large the tree. What the root was and is. Throws `RANK_TREE_DAMAGED` where a page on the way is damaged,
 * or is not what the page above or `before` says.
 */
export function changeTree(
  pages: ChangingPages,
  tree: PlacedTree,
  oldSize: number,
  leaves: ReadonlyMap<number, NodeChange>,
): { readonly before: Uint8Array | Empty; readonly after: Uint8Array | Empty } {
  const oldBands = bandsOf(oldSize);
  let before: Uint8Array | Empty = null;
  let after: Uint8Array | Empty = null;
  let changes = leaves;
  for (let band = 0; band < bandsOf(tree.size); band++) {
    const above = new Map<number, NodeChange>();
    for (const [index, inputs] of byPage(changes, edgePages(tree.size, oldSize, band))) {
      const change = changePage(pages, tree, oldSize, band, index, inputs);
      above.set(index, change);
      after = change.after;
      if (band === oldBands - 1 && index === 0) before = change.before;
    }
    changes = above;
  }
  return { before, after };
}

/** The pages at the right edge, before and now, where the tree has grown: their nodes stand over other leaves than before. */
function edgePages(size: number, oldSize: number, band: number): number[] {
  if (size === oldSize) return [];
  return [oldSize, size].flatMap((one) =>
    one === 0 ? [] : Math.floor((widthAt(one, band * PAGE_LEVELS) - 1) / PAGE_INPUTS),
  );
}

function byPage(
  changes: ReadonlyMap<number, NodeChange>,
  also: readonly number[],
): [number, Map<number, NodeChange>][] {
  const found = new Map<number, Map<number, NodeChange>>(also.map((index) => [index, new Map()]));
  for (const [position, change] of changes) {
    const index = Math.floor(position / PAGE_INPUTS);
    const inputs = found.get(index) ?? new Map<number, NodeChange>();
    found.set(index, inputs.set(position % PAGE_INPUTS, change));
  }
  return [...found].sort(([a], [b]) => a - b);
}

function changePage(
  pages: ChangingPages,
  tree: PlacedTree,
  oldSize: number,
  band: number,
  index: number,
  inputs: ReadonlyMap<number, NodeChange>,
) {
  const place = { tree, band, index };
  const old = TreePage.read(pages, { ...place, tree: { ...tree, size: oldSize } });
  const before = old.top;
  // A band that is new has nothing of the tree below it yet.
  if (band < bandsOf(oldSize)) for (const [i, change] of inputs) checkBefore(old.node(0, i), change, place);
  const after = new Map(Array.from(inputs, ([i, change]) => [i, change.after]));
  const page = (oldSize === tree.size ? old : TreePage.over(place, old.inputs)).with(after);
  const bytes = page.encode();
  if (bytes !== null || before !== null) pages.put(pageName(place), bytes);
  return { before, after: page.top };
}

function checkBefore(
  held: Uint8Array | Empty,
  { before }: NodeChange,
  place: Parameters<typeof pageName>[0],
): void {
  const isSame =
    before === 'some' || before === null || held === null
      ? (before === null) === (held === null)
      : equalBytes(before, held);
  if (isSame) return;
  throw new CotraceError('RANK_TREE_DAMAGED', 'a page of the rank tree does not match what is below it', {
    name: pageName(place),
  });
}
