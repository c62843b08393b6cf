import { defaultQuorum, type Attestation, type CotraceError, type ErrorCode } from '@cotrace/core';
import { judgeAttestations, type AttestationTerms, type Verdict } from '@cotrace/verifier';

/** What the masters state of one block, the own attestation among it. */
export interface Statements {
  readonly block: bigint;
  readonly own: Attestation;
  readonly others: readonly Attestation[];
}

/** Whether others count the own attestations, and why not; unknown where what was heard does not say. */
export type Acceptance =
  { readonly kind: 'accepted' | 'unknown' } | { readonly kind: 'refused'; readonly why: string };

/** Codes of refusals that say which of two consortium files is another, not which of two masters lies. */
const TERMS_DIFFER: ReadonlySet<string> = new Set([
  'ATTESTATION_MEMBERSHIP',
  'ATTESTATION_NETWORK',
] satisfies ErrorCode[]);

/**
 * Whether others count the own attestations, as far as it can be known here. `statements`: of blocks under the membership of
 * `terms`, the newest first.
 */
export function acceptanceOf(statements: readonly Statements[], terms: AttestationTerms): Acceptance {
  for (const { block, own, others } of statements) {
    const verdict = judgeAttestations([own, ...others], block, terms);
    const { mspId } = own;
    const refused = verdict.refused.find(({ attestation }) => attestation === own);
    // Made under the consortium file before: the next block's will tell.
    if (refused !== undefined && TERMS_DIFFER.has(refused.error.code)) continue;
    if (refused !== undefined) return { kind: 'refused', why: shown(refused.error) };
    if (verdict.equivocations.some(([first]) => first.mspId === mspId)) {
      return {
        kind: 'refused',
        why: `[EQUIVOCATION] ${mspId} has signed two different attestations of block ${block}`,
      };
    }
    if (otherTerms(verdict, terms)) {
      return {
        kind: 'refused',
        why:
          '[ATTESTATION_MEMBERSHIP] the other organisations attest under another network id or configuration of main: ' +
          'compare the consortium files, and where the peers’ ledgers come from',
      };
    }
    if (verdict.agreed === null) continue;
    if (verdict.supporters.includes(own)) return { kind: 'accepted' };
    return {
      kind: 'refused',
      why: `[ATTESTATION_DIFFERS] a quorum of the other organisations attests something else for block ${block}`,
    };
  }
  return { kind: 'unknown' };
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
