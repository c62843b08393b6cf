import { CotraceError, isCotraceError, tipSignedBytes } from '@cotrace/core';
import { checkSignature, requireMember } from '../main-block/attestation.js';
import type { Tip } from '../trace-proof/types.js';
import { type AnswerTime, nthHighest, saidBy } from './attested-block.js';
import type { Trust } from './trust.js';

/**
 * Checks that a peer of an organisation that the trust file names signed a tip of its network. Throws `ATTESTATION_…` with
 * what is wrong, `BAD_HASH_LENGTH`, `BAD_NAME`.
 */
export function checkTip(tip: Tip, { terms, membership }: Trust): void {
  requireMember(tip, membership);
  checkSignature(tip, tipSignedBytes({ networkId: terms.networkId, ...tip }), membership);
}

/**
 * Whether `block` was the newest of the ledger, by the trust file (docs/formats.md, Tip): q of the tips that count say that
 * there is a later one, or q say that there is none, and theirs are the q-th highest block and the q-th latest time. So
 * fewer liars than q make neither an old block look new nor a new one old. Null where there are not as many on either side.
 * Throws `BAD_PROOF` for two of one organisation, and `NO_QUORUM` where fewer than q count, with what was refused.
 */
export function verifyTips(tips: readonly Tip[], block: bigint, trust: Trust): AnswerTime | null {
  const { quorum } = trust.membership;
  const organisations = new Set(tips.map(({ mspId }) => mspId));
  if (organisations.size < tips.length) {
    throw new CotraceError('BAD_PROOF', 'two tips are of one organisation', { tips: tips.length });
  }
  const refused: CotraceError[] = [];
  const counting = tips.filter((tip) => {
    try {
      checkTip(tip, trust);
      return true;
    } catch (error) {
      if (!isCotraceError(error)) throw error;
      refused.push(error);
      return false;
    }
  });
  if (counting.length < quorum) {
    const [first] = refused;
    throw new CotraceError(
      'NO_QUORUM',
      `how far the ledger has come is not stated by a quorum of organisations${first === undefined ? '' : `: ${first.message}`}`,
      { tips: tips.length, refused: refused.map(({ code }) => code) },
      first,
    );
  }
  const isLater = (tip: Tip): boolean => tip.block > block;
  const sides = [counting.filter(isLater), counting.filter((tip) => !isLater(tip))];
  // A quorum is a majority: one side has one at most.
  const agreeing = sides.find(({ length }) => length >= quorum) ?? null;
  if (agreeing === null) return null;
  const blocks = agreeing.map((tip) => tip.block);
  return saidBy(agreeing, nthHighest(blocks, quorum), quorum);
}
