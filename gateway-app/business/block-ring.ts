import { CotraceError } from '@cotrace/core';
import type { BusinessBlock } from '../gen/cotrace/cotrace_pb.js';
import { MAX_RING_BLOCKS, MAX_RING_BYTES } from './limits.js';

/** The last business blocks that a node verified, for the followers of its domain. In memory only: blocks are not kept. */
export class BlockRing {
  /** In the order of their numbers. */
  readonly #blocks = new Map<bigint, BusinessBlock>();
  #bytes = 0;

  add(block: BusinessBlock): void {
    this.#blocks.set(block.blockNum, block);
    this.#bytes += sizeOf(block);
    for (const [blockNum, oldest] of this.#blocks) {
      if (this.#blocks.size === 1 || (this.#blocks.size <= MAX_RING_BLOCKS && this.#bytes <= MAX_RING_BYTES))
        return;
      this.#blocks.delete(blockNum);
      this.#bytes -= sizeOf(oldest);
    }
  }

  /** Throws `BLOCK_DROPPED` for a block that is no longer here. */
  get(blockNum: bigint): BusinessBlock {
    const block = this.#blocks.get(blockNum);
    if (block === undefined) {
      throw new CotraceError('BLOCK_DROPPED', `block ${blockNum} was dropped here; ask a master for it`, {
        number: blockNum,
      });
    }
    return block;
  }
}

function sizeOf({ transactions }: BusinessBlock): number {
  return transactions.reduce((sum, { envelope }) => sum + envelope.length, 0);
}
