import type { RankEntry } from './entry.js';
import type { Loss } from './pending.js';

/** What is to happen to one group. */
export interface GroupEdit {
  readonly block: bigint;
  /** The hash of the group as its block made it, where the layers do not have it yet. */
  fresh?: Uint8Array;
  readonly losses: Loss[];
  readonly gains: RankEntry[];
}

/** What is to happen to groups, by block. */
export class GroupEdits {
  readonly #edits = new Map<bigint, GroupEdit>();

  /** Number of groups. */
  get size(): number {
    return this.#edits.size;
  }

  of(blockNum: bigint): GroupEdit {
    let edit = this.#edits.get(blockNum);
    if (edit === undefined) {
      edit = { block: blockNum, losses: [], gains: [] };
      this.#edits.set(blockNum, edit);
    }
    return edit;
  }

  /** By rising block, so that pages are read in the order in which they lie. */
  all(): GroupEdit[] {
    return [...this.#edits.values()].sort((a, b) => (a.block < b.block ? -1 : 1));
  }
}
