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
 * How far the ledger had come, and when, by the trust file: the q-th highest block and the q-th latest time of those that count, so that fewer
 * liars than q make neither higher (docs/formats.md, Tip). Throws `BAD_PROOF` for two of one organisation, and `NO_QUORUM`
 * where fewer than q count, with what was refused.
 */
export function verifyTips(tips: readonly Tip[], trust: Trust): AnswerTime {
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
  const blocks = counting.map(({ block }) => block);
  return saidBy(counting, nthHighest(blocks, quorum), quorum);
}
