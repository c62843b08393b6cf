import { LIFECYCLE_NAMESPACE } from '@cotrace/core';
import type { Log } from '../node/log.js';
import type { RowWrite } from '../node/store.js';
import { DomainRank } from './domain-rank.js';
import type { ChangedEntry, DomainStore } from './domain-store.js';

/** `Hpart` of what a business node holds, after the last block of a cycle. */
export interface HeldParts {
  readonly domain: Uint8Array;
  readonly lifecycle: Uint8Array;
}

/** What a block makes of the rank trees. */
export interface AdvancedRanks {
  /** To be committed with the block. */
  readonly rows: readonly RowWrite[];
  /** After the block where it ends a cycle, or null. */
  readonly parts: HeldParts | null;
}

/**
 * The rank trees of what a business node holds: of its domain, and of `_lifecycle`, which says by which policies transactions of
 * the domain count. They move together.
 */
export class HeldRanks {
  readonly domain: DomainRank;
  readonly lifecycle: DomainRank;

  private constructor(domain: DomainRank, lifecycle: DomainRank) {
    this.domain = domain;
    this.lifecycle = lifecycle;
  }

  /** The trees of a store, each made of the state where it has none, as `DomainRank.open` says. */
  static async open(store: DomainStore, domain: string, c: number, log: Log): Promise<HeldRanks> {
    return new HeldRanks(
      await DomainRank.open(store, domain, c, log),
      await DomainRank.open(store, LIFECYCLE_NAMESPACE, c, log),
    );
  }

  /** The tree of the node's domain, or that of `_lifecycle`. */
  of(domain: string): DomainRank {
    return domain === LIFECYCLE_NAMESPACE ? this.lifecycle : this.domain;
  }

  /** What the entries that block `blockNum` changed make of the trees; damaged ones are rebuilt first. */
  async advance(blockNum: bigint, entries: readonly ChangedEntry[]): Promise<AdvancedRanks> {
    const domain = await this.domain.advance(blockNum, entries);
    const lifecycle = await this.lifecycle.advance(blockNum, entries);
    const rows = [...domain.rows, ...lifecycle.rows];
    if (domain.part === null || lifecycle.part === null) return { rows, parts: null };
    return { rows, parts: { domain: domain.part, lifecycle: lifecycle.part } };
  }

  /** Lets go the heights up to the end of cycle `checkNum`: what is to be committed for that. */
  released(checkNum: bigint): readonly RowWrite[] {
    return [...this.domain.released(checkNum), ...this.lifecycle.released(checkNum)];
  }
}
