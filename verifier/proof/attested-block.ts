import { CotraceError, type Attestation, type AttestationBody } from '@cotrace/core';
import { checkStatement, judgeAttestations } from '../main-block/attestation.js';
import type { Trust } from './trust.js';

/** Up to which block something is known to hold, and who says so. */
export interface AnswerTime {
  readonly block: bigint;
  /** When as many as must agree had signed it, in seconds since 1970: fewer liars cannot make it later than it was. */
  readonly unixSeconds: bigint;
  /** MSP ids, sorted. */
  readonly attestedBy: readonly string[];
}

/** What a quorum of organisations attest of a block. */
export interface Attested {
  readonly body: AttestationBody;
  readonly asOf: AnswerTime;
}

/**
 * What attestations of a block establish by the trust file alone; `check` may remember what it has checked under it. Throws
 * `RULES` where no quorum agrees and one of them is made under other rules, otherwise `NO_QUORUM`, with what was refused.
 */
export function attestedBlock(
  blockNum: bigint,
  attestations: readonly Attestation[],
  { terms, membership }: Trust,
  check = checkStatement,
): Attested {
  const judged = judgeAttestations(attestations, blockNum, { ...terms, membership }, check);
  const { agreed, supporters, refused } = judged;
  if (agreed !== null) return { body: agreed, asOf: saidBy(supporters, blockNum, membership.quorum) };
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

/**
 * Who says it of a block, at least `quorum` organisations, and the time that they establish: the `quorum`-th latest of theirs,
 * so that one of fewer liars is never later than what an honest one says.
 */
export function saidBy(
  statements: readonly Pick<Attestation, 'mspId' | 'unixSeconds'>[],
  block: bigint,
  quorum: number,
): AnswerTime {
  const times = statements.map(({ unixSeconds }) => unixSeconds);
  return {
    block,
    unixSeconds: nthHighest(times, quorum),
    attestedBy: statements.map(({ mspId }) => mspId).sort(),
  };
}

/** The `n`-th highest of at least `n` numbers, from 1. */
export function nthHighest(values: readonly bigint[], n: number): bigint {
  const sorted = [...values].sort((a, b) => (a > b ? -1 : a < b ? 1 : 0));
  return sorted[n - 1] ?? 0n;
}

/** Throws `STALE` for the state after a block that is not above the trust file's checkpoint. */
export function requireAfterCheckpoint(blockNum: bigint, { checkpoint, network }: Trust): void {
  if (checkpoint === null) return;
  const last = checkpoint.cycle * BigInt(network.c);
  if (blockNum > last) return;
  throw new CotraceError(
    'STALE',
    `this is the state after block ${blockNum}, and the trust file knows of block ${last}: ask for the newest`,
    { block: blockNum, checkpoint: last },
  );
}
