import { attestedBlock, requireAfterCheckpoint } from '../proof/attested-block.js';
import type { Trust } from '../proof/trust.js';
import type { AnswerTime } from './answer.js';
import type { TraceProof } from './types.js';

/** The root of the state trie under which a proof shows everything, and who stands behind it. */
export interface AttestedRoot {
  readonly asOf: AnswerTime;
  readonly trieRoot: Uint8Array;
}

/**
 * What a quorum of the organisations trusted attest of the block of a proof. Throws as `attestedBlock` and
 * `requireAfterCheckpoint`.
 */
export function attestedRoot({ root }: TraceProof, trust: Trust): AttestedRoot {
  requireAfterCheckpoint(root.block, trust);
  const { body, supporters, unixSeconds } = attestedBlock(root.block, root.attestations, trust);
  const attestedBy = supporters.map(({ mspId }) => mspId).sort();
  return { asOf: { block: root.block, unixSeconds, attestedBy }, trieRoot: body.trieRoot };
}
