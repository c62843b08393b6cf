import type { Rev } from '../formats/rev.js';
import { HASH_LENGTH } from '../hash.js';

/** A key of a domain's state as the rank B+ tree has it (docs/formats.md, Rank B+ tree). */
export interface RankEntry extends Rev {
  /** The key without its namespace; well-formed text. */
  readonly key: string;
  /** `H` of the value, 32 bytes; `DELETED_VALUE_HASH` of a deleted key. */
  readonly valueHash: Uint8Array;
  /** `H` of the key's own endorsement policy, the metadata VALIDATION_PARAMETER, 32 bytes; `NO_POLICY_HASH` without. */
  readonly policyHash: Uint8Array;
}

/** Stands for the value of a deleted key, whose entry stays. */
export const DELETED_VALUE_HASH: Uint8Array = new Uint8Array(HASH_LENGTH);

/** Stands for the endorsement policy of a key that has none of its own. */
export const NO_POLICY_HASH: Uint8Array = new Uint8Array(HASH_LENGTH);
