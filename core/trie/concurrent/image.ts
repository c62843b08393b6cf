import { CotraceError } from '../../errors.js';
import { KERNEL_DIGEST } from '../gen/kernel.js';
import { createArena, openArena, type TrieArena } from './arena.js';

/** What an image is of: another layout of the memory is another image. */
export const IMAGE_LAYOUT: string = KERNEL_DIGEST;

/** Control words; heads of lists of free nodes; per thread the words of its area that outlive a job; nodes. */
const CONTROL = { from: 0x1000, to: 0x2000 };
const FREE = { from: 0x47_0000, to: 0x47_4800 };
const AREAS = { from: 0x4a_0000, size: 0x3_0000, used: 0x300, count: 32 };
const ARENA = 0x2c0_0000;
const CHUNK = 65_536;

/** A part of an arena's memory. */
export interface ImagePart {
  readonly from: number;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
}

/**
 * The parts of an arena that hold its trie, as views of it: a trie that is committed, while nobody changes it. Cache
 * arrays are not among them: lookups fill them again. Throws `TRIE_FULL` for a trie that ran out of memory.
 */
export function imageOf(arena: TrieArena): ImagePart[] {
  const kernel = openArena(arena, 0);
  if (kernel.isFull() === 1) {
    throw new CotraceError('TRIE_FULL', 'a trie that ran out of memory is incomplete and cannot be saved');
  }
  const bounds = [CONTROL, FREE];
  for (let thread = 0; thread < AREAS.count; thread++) {
    const from = AREAS.from + thread * AREAS.size;
    bounds.push({ from, to: from + AREAS.used });
  }
  bounds.push({ from: ARENA, to: kernel.chunksUsed() * CHUNK });
  return bounds.map(({ from, to }) => ({
    from,
    bytes: new Uint8Array(arena.memory.buffer, from, to - from),
  }));
}

/**
 * A new arena of at most `bytes` bytes with an image of `nodeBytes` bytes of nodes, which `read` writes into the views
 * that it is given one after the other, in the order of `imageOf`. Throws `TRIE_FULL` where it does not fit,
 * `BAD_ARENA_SIZE`, and what `read` throws.
 */
export function arenaFromImage(
  bytes: number,
  nodeBytes: number,
  read: (part: Uint8Array<SharedArrayBuffer>) => void,
): TrieArena {
  const arena = createArena(bytes);
  const { buffer } = arena.memory;
  if (!(nodeBytes >= 0 && nodeBytes <= buffer.byteLength - ARENA)) {
    throw new CotraceError('TRIE_FULL', 'the trie does not fit in the memory that it may use', {
      bytes,
      nodeBytes,
    });
  }
  for (const part of imageOf(arena)) {
    const isNodes = part.from === ARENA;
    read(isNodes ? new Uint8Array(buffer, ARENA, nodeBytes) : part.bytes);
  }
  openArena(arena, 0).adopt(buffer.byteLength / CHUNK);
  return arena;
}
