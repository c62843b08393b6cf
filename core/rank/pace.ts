/** The most blocks over which folds of many trees are spread. With more, a large domain would reach what an editor lets wait, and be folded at once. */
const MOST_BLOCKS = 128;
/** Steps that are worth a fold among many trees: each fold of a tree also changes the pages that all its groups are under. */
const LEAST_STEPS = 128;
/** Steps after which a business node folds a tree. Fewer at a time write the same pages more often. */
const ENOUGH_STEPS = 4096;

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

/** Whether a business node folds one of its two trees in a block, where `waiting` steps wait and `left` blocks of the cycle follow. */
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
