import { MalformedError } from '../errors.js';
import { checkTreeSize } from './hashing.js';

/** A node by its place: level 0 holds the leaves, positions count from the left. */
export interface NodePlace {
  readonly level: number;
  readonly position: number;
}

/**
 * Checks that `indices` are what a multiproof of a tree of `size` leaves can be for: at least one,
 * strictly increasing integers, each 0…size−1. Throws `BAD_TREE_SIZE`, `NO_LEAVES`, `BAD_LEAF_INDEX`.
 */
export function checkIndices(size: number, indices: readonly number[]): void {
  checkTreeSize(size);
  if (indices.length === 0)
    throw new MalformedError('NO_LEAVES', 'a multiproof must prove at least one leaf');
  let previous = -1;
  indices.forEach((index, at) => {
    if (!Number.isInteger(index) || index <= previous || index >= size) {
      throw new MalformedError(
        'BAD_LEAF_INDEX',
        'leaf indices must strictly increase and be below the size',
        {
          at,
          index,
          previous,
          size,
        },
      );
    }
    previous = index;
  });
}

/**
 * The nodes whose hashes a multiproof carries, in its order: level by level from the leaves, left to
 * right, every sibling that the proven leaves do not determine (seed 001, section 4.1.2). `indices`
 * must have passed `checkIndices`. Takes a time proportional to the answer plus indices × levels.
 */
export function multiproofPlaces(size: number, indices: readonly number[]): NodePlace[] {
  const places: NodePlace[] = [];
  let known = [...indices];
  for (let level = 0, width = size; width > 1; level++, width = Math.ceil(width / 2)) {
    const parents: number[] = [];
    for (let i = 0; i < known.length; i++) {
      const position = known[i] ?? 0;
      parents.push(Math.floor(position / 2));
      if (position % 2 === 1) places.push({ level, position: position - 1 });
      else if (known[i + 1] === position + 1) i++;
      else if (position + 1 < width) places.push({ level, position: position + 1 });
    }
    known = parents;
  }
  return places;
}
