import type { EcdsaVerifier } from '@cotrace/fabric-model';
import { attestedBlock, requireAfterCheckpoint } from '../proof/attested-block.js';
import { boundSignatures } from '../proof/bound-work.js';
import { verifyTips } from '../proof/tips.js';
import { followTransitions } from '../proof/transitions.js';
import type { Trust } from '../proof/trust.js';
import type { AnswerTime } from './answer.js';
import type { TraceProof } from './types.js';

/** The root of the state trie under which a proof shows everything, and who stands behind it. */
export interface AttestedRoot {
  readonly asOf: AnswerTime;
  readonly trieRoot: Uint8Array;
  /** Null where the proof has no tips, or they contradict one another. */
  readonly tips: AnswerTime | null;
}

/**
 * What a quorum attests of the block of a proof, and how far it says that the ledger has come: of the organisations trusted, or
 * of those to whom its transitions lead.
 * `ecdsa` checks what authorities and members of theirs sign. Throws as `boundSignatures`, `requireAfterCheckpoint`,
 * `followTransitions`, `attestedBlock` and `verifyTips`.
 */
export function attestedRoot(
  { root, transitions, tips }: TraceProof,
  trust: Trust,
  ecdsa: EcdsaVerifier,
): AttestedRoot {
  boundSignatures([...transitions, root]);
  // A transition of before would lead back to organisations, or keys of theirs, that the trust file no longer has.
  for (const { block } of [...transitions, root]) requireAfterCheckpoint(block, trust);
  const last = transitions.length === 0 ? trust : followTransitions(trust, transitions, root, ecdsa);
  const { body, supporters, unixSeconds } = attestedBlock(root.block, root.attestations, last);
  const attestedBy = supporters.map(({ mspId }) => mspId).sort();
  return {
    asOf: { block: root.block, unixSeconds, attestedBy },
    trieRoot: body.trieRoot,
    tips: tips.length === 0 ? null : verifyTips(tips, root.block, last),
  };
}
