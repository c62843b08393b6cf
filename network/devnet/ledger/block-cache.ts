import type { CommittedBlock } from './types.js';

/** Bytes of blocks kept decoded: enough for the newest ones, which every follower asks for. */
const MAX_BYTES = 32 << 20;

/** The blocks used last, bounded by their bytes. */
export class BlockCache {
  readonly #blocks = new Map<bigint, CommittedBlock>();
  #bytes = 0;

  get(blockNum: bigint): CommittedBlock | null {
    const block = this.#blocks.get(blockNum);
    if (block !== undefined) {
      this.#blocks.delete(blockNum);
      this.#blocks.set(blockNum, block);
    }
    return block ?? null;
  }

  add(block: CommittedBlock): void {
    if (this.#blocks.has(block.number)) return;
    this.#blocks.set(block.number, block);
    this.#bytes += block.bytes.length;
    for (const [blockNum, oldest] of this.#blocks) {
      if (this.#bytes <= MAX_BYTES || this.#blocks.size === 1) return;
      this.#blocks.delete(blockNum);
      this.#bytes -= oldest.bytes.length;
    }
  }
}
