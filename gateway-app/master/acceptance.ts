import { defaultQuorum, type Attestation, type CotraceError, type ErrorCode } from '@cotrace/core';
import { judgeAttestations, type AttestationTerms, type Verdict } from '@cotrace/verifier';

/** What the masters state of one block, the own attestation among it. */
export interface Statements {
  readonly block: bigint;
  readonly own: Attestation;
  readonly others: readonly Attestation[];
}

/** Codes of refusals that say which of two consortium files is another, not which of two masters lies. */
const TERMS_DIFFER: ReadonlySet<string> = new Set([
  'ATTESTATION_MEMBERSHIP',
  'ATTESTATION_NETWORK',
] satisfies ErrorCode[]);

/**
 * Why others do not count the own attestations, as far as it can be known here: null where they do, or nothing speaks
 * against it; undefined where these statements do not tell. `statements`: of blocks under the membership of `terms`, the
 * newest first.
 */
export function refusalOf(
  statements: readonly Statements[],
  terms: AttestationTerms,
): string | null | undefined {
  for (const { block, own, others } of statements) {
    const verdict = judgeAttestations([own, ...others], block, terms);
    const { mspId } = own;
    const refused = verdict.refused.find(({ attestation }) => attestation === own);
    // Made under the consortium file before: the next block's will tell.
    if (refused !== undefined && TERMS_DIFFER.has(refused.error.code)) continue;
    if (refused !== undefined) return shown(refused.error);
    if (verdict.equivocations.some(([first]) => first.mspId === mspId)) {
      return `[EQUIVOCATION] ${mspId} has signed two different attestations of block ${block}`;
    }
    if (otherTerms(verdict, terms)) {
      return (
        '[ATTESTATION_MEMBERSHIP] the other organisations attest under another network id, membership or quorum: ' +
        'compare the consortium files'
      );
    }
    if (verdict.agreed === null) continue;
    if (verdict.supporters.includes(own)) return null;
    return `[ATTESTATION_DIFFERS] a quorum of the other organisations attests something else for block ${block}`;
  }
  return undefined;
}

/** Whether as many others as make a quorum attest under other terms than the own ones. */
function otherTerms({ refused }: Verdict, terms: AttestationTerms): boolean {
  const organisations = new Set(
    refused.filter(({ error }) => TERMS_DIFFER.has(error.code)).map(({ attestation }) => attestation.mspId),
  );
  return organisations.size >= defaultQuorum(terms.membership.members.length);
}

function shown({ code, message }: CotraceError): string {
  return `[${code}] ${message}`;
}
