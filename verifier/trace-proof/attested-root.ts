import type { EcdsaVerifier } from '@cotrace/fabric-model';
import { type AnswerTime, attestedBlock, requireAfterCheckpoint } from '../proof/attested-block.js';
import { verifyTips } from '../proof/tips.js';
import { followTransitions } from '../proof/transitions.js';
import type { Trust } from '../proof/trust.js';
import type { TraceProof } from './types.js';

/** The root of the state trie under which a proof shows everything, and who attests it. */
export interface AttestedRoot {
  readonly asOf: AnswerTime;
  readonly trieRoot: Uint8Array;
  /** Null where the proof has no tips, or they contradict one another. */
  readonly tips: AnswerTime | null;
}

/**
 * What a quorum attests of the block of a proof, and how far it says that the ledger has come: of the organisations trusted, or
 * of those to whom its transitions lead. The signatures of the proof must be bounded (`boundSignatures`). `ecdsa` checks what
 * authorities and members of theirs sign. Throws as `requireAfterCheckpoint`, `followTransitions`, `attestedBlock` and
 * `verifyTips`.
 */
export function attestedRoot(
  { root, transitions, tips }: TraceProof,
  trust: Trust,
  ecdsa: EcdsaVerifier,
): AttestedRoot {
  for (const { block } of [...transitions, root]) requireAfterCheckpoint(block, trust);
  const last = transitions.length === 0 ? trust : followTransitions(trust, transitions, root, ecdsa);
  const { body, asOf } = attestedBlock(root.block, root.attestations, last);
  return {
    asOf,
    trieRoot: body.trieRoot,
    tips: tips.length === 0 ? null : verifyTips(tips, root.block, last),
  };
}
