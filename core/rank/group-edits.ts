import type { RankEntry } from './entry.js';
import type { LayerRecord } from './layers.js';
import type { Loss } from './pending.js';

/** What is to happen to one group. */
export interface GroupEdit {
  readonly block: bigint;
  /** The group as its block made it, where the layers do not have it yet. */
  fresh?: LayerRecord;
  readonly losses: Loss[];
  readonly gains: RankEntry[];
}

/** What is to happen to groups, by block. */
export class GroupEdits {
  readonly #edits = new Map<bigint, GroupEdit>();

  of(block: bigint): GroupEdit {
    let edit = this.#edits.get(block);
    if (edit === undefined) {
      edit = { block, losses: [], gains: [] };
      this.#edits.set(block, edit);
    }
    return edit;
  }

  /** By rising block, so that pages are read in the order in which they lie. */
  all(): GroupEdit[] {
    return [...this.#edits.values()].sort((a, b) => (a.block < b.block ? -1 : 1));
  }
}
