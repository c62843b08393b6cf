import type { CurveName, HashName } from './curves.js';

/** A signature that is to be checked, its form already found right. */
export interface EcdsaQuestion {
  readonly curve: CurveName;
  /** Uncompressed form (0x04, x, y) of a point that is on the curve. */
  readonly publicKey: Uint8Array;
  readonly hash: HashName;
  readonly message: Uint8Array;
  /** r, then s, each as long as a coordinate; both at least 1 and below the order of the group, s high or low. */
  readonly signature: Uint8Array;
}

/** Whether a signature was made over the hash of the message with the key. */
export type EcdsaVerifier = (question: EcdsaQuestion) => boolean;
