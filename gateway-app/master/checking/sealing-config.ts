import { checkingHeaderHash, equalBytes } from '@cotrace/core';
import type { MainConfig, TrustedCheckpoint } from '@cotrace/verifier';
import type { Configurations } from '../configurations.js';
import type { MasterLedger } from '../master-ledger.js';

/** From what a master knows who seals a cycle. */
export interface SealingParts {
  readonly ledger: MasterLedger;
  readonly configurations: Configurations;
  /** Checking height. */
  readonly c: number;
  /** A cycle that the consortium has agreed on; null where there is none. */
  readonly checkpoint: TrustedCheckpoint | null;
}

/**
 * The configuration whose members seal cycle `checkNum`: the one in force after the cycle before (docs/formats.md, Seal). Those
 * may be gone: of the cycle that the consortium has agreed on, where this master has computed the same header, it is the one in
 * force after it.
 */
export function sealingConfig(
  { ledger, configurations, c, checkpoint }: SealingParts,
  checkNum: bigint,
): Promise<MainConfig> {
  const header = checkpoint?.cycle === checkNum ? ledger.store.cycles.header(checkNum) : null;
  const isAgreed =
    header !== null && equalBytes(checkingHeaderHash(header), checkpoint?.hash ?? new Uint8Array());
  return configurations.before(BigInt(c) * (isAgreed ? checkNum : checkNum - 1n) + 1n);
}
