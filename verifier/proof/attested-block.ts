import { CotraceError, type Attestation, type AttestationBody } from '@cotrace/core';
import { checkStatement, judgeAttestations } from '../main-block/attestation.js';
import type { Trust } from './trust.js';

/** What a quorum of organisations attest of a block. */
export interface Attested {
  readonly body: AttestationBody;
  readonly supporters: readonly Attestation[];
}

/**
 * What attestations of a block establish by the trust file alone; `check` may remember what it has checked under it. Throws
 * `RULES` where no quorum agrees and one of them is made under other rules, else `NO_QUORUM`, with what was refused.
 */
export function attestedBlock(
  blockNum: bigint,
  attestations: readonly Attestation[],
  { terms, membership }: Trust,
  check = checkStatement,
): Attested {
  const judged = judgeAttestations(attestations, blockNum, { ...terms, membership }, check);
  const { agreed, supporters, refused } = judged;
  if (agreed !== null) return { body: agreed, supporters };
  const [first] = refused;
  const other = refused.find(({ error }) => error.code === 'RULES');
  if (other !== undefined) throw other.error;
  throw new CotraceError(
    'NO_QUORUM',
    `block ${blockNum} is not attested by a quorum of organisations${first === undefined ? '' : `: ${first.error.message}`}`,
    { block: blockNum, attestations: attestations.length, refused: refused.map(({ error }) => error.code) },
    first?.error,
  );
}
