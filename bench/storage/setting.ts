import type { LedgerPlan } from '@cotrace/gateway-app/ledgers';
import { PAPER } from '../rank/workload.js';

/** Seed 001, section 6: four domains, each as likely. */
export const DOMAINS = ['production', 'processing', 'distribution', 'retail'] as const;
/** Values of text like records'. The paper says nothing of its values; its nodes take some 460 bytes a key. */
export const VALUES = { valueBytes: 330, digits: 40 };

/** How much of the paper's experiment is run. */
export interface StorageSetting {
  /** Checking height c, which decides how many blocks a cycle has. */
  readonly height: number;
  /** Cycles of creations; twice as many of updates follow, as in the paper. */
  readonly creating: number;
  /** How many of a value's bytes do not compress: 0 to all of them. */
  readonly digits: number;
}

/** Cycles of updates after `creating` of creations. */
export function updatingAfter(creating: number): number {
  return (creating * PAPER.updating) / PAPER.creating;
}

/** What a cycle's transactions do. */
export type Act = 'create' | 'update';

/** Cycle `cycle`, from 1, of `creating` cycles of creations and then updates. */
export function actOf(cycle: number, creating: number): Act {
  return cycle <= creating ? 'create' : 'update';
}

/** The ledger of an experiment: block n·c ends cycle n. Blocks 0 and 1 hold configuration and definitions. */
export function storagePlan({ height, creating, digits }: StorageSetting): LedgerPlan {
  return {
    organisations: 3,
    checkingHeight: height,
    seed: 1,
    plain: {
      seed: 1,
      domains: DOMAINS,
      perBlock: PAPER.perBlock,
      phases: [
        { blocks: creating * height - 1, mix: { create: 1 } },
        { blocks: updatingAfter(creating) * height, mix: { update: 1 } },
      ],
      quietEvery: 0,
      ...VALUES,
      digits,
    },
  };
}
