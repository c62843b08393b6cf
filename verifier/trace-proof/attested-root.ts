import { quorumAmong } from '@cotrace/core';
import { attestedBlock } from '../proof/attested-block.js';
import type { Trust } from '../proof/trust.js';
import type { AnswerTime } from './answer.js';
import type { TraceProof } from './types.js';

/** The root of the state trie under which a proof shows everything, and who stands behind it. */
export interface AttestedRoot {
  readonly asOf: AnswerTime;
  readonly trieRoot: Uint8Array;
}

/** What a quorum of the organisations trusted attest of the block of a proof. Throws as `attestedBlock`. */
export function attestedRoot({ root }: TraceProof, trust: Trust): AttestedRoot {
  const { body, supporters } = attestedBlock(root.block, root.attestations, trust);
  const times = supporters.map(({ unixSeconds }) => unixSeconds).sort((a, b) => (a > b ? -1 : Number(a < b)));
  const q = quorumAmong(trust.membership.members.length, trust.terms.quorum);
  const attestedBy = supporters.map(({ mspId }) => mspId).sort();
  return {
    asOf: { block: root.block, unixSeconds: times[q - 1] ?? 0n, attestedBy },
    trieRoot: body.trieRoot,
  };
}
