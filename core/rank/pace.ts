/** Blocks over which folds of many trees are spread at most: so long, what waits of a large domain stays below what an editor lets wait. */
const MOST_BLOCKS = 128;
/** Steps that are worth a fold among many trees: each fold of a tree also changes the pages that all its groups are under. */
const LEAST_STEPS = 128;
/** The same of one tree, which nobody waits for: 0.2 s of work, where many times as many cost 0.17 s for each so many. */
const ENOUGH_STEPS = 1000;

/**
 * How many steps of folds a block does, where `waiting` wait in many trees and `left` blocks of its cycle come after it: twice
 * an even share, so that nothing waits two blocks before the end of the cycle, whatever came before, and the block that ends
 * it folds what it adds itself. Where every block adds as many, none folds more than twice that, or than 192.
 */
export function foldShare(waiting: number, left: number): number {
  if (left <= 2) return waiting;
  const share = Math.ceil((2 * waiting) / Math.min(left, MOST_BLOCKS));
  return share < LEAST_STEPS ? 0 : share;
}

/** Whether a block brings a tree of its own up to date, where `waiting` steps wait: so, none does many at once. */
export function isFoldDue(waiting: number, left: number): boolean {
  return waiting >= ENOUGH_STEPS || left === 2;
}

/**
 * How many lists of saved pages a block removes, where `unswept` are left in all, with checking height `c`: so many that what
 * cycles release never adds up to more than one and a sixth of a cycle's.
 */
export function sweepShare(unswept: number, c: number): number {
  return Math.ceil((2 * unswept) / c);
}
