import { isCotraceError, readRulesValue, RULES_KEY } from '@cotrace/core';
import { decodeEnvelope, decodeTransaction, effects, type NamespaceRwset } from '@cotrace/fabric-model';
import { endorsersOf, type Membership } from '@cotrace/verifier';
import { ANCHOR } from './names.js';

/** A valid transaction of main, and what it wrote. */
export interface SwitchingTransaction {
  readonly rwset: readonly NamespaceRwset[];
  readonly envelope: Uint8Array;
}

/**
 * The rules in force after a block that follows `rules`: each valid transaction that writes the next number at `anchor/rules`,
 * and that a quorum of members endorsed, switches (docs/formats.md, Rules). `membership` is that in force before the block.
 */
export function rulesAfter(
  rules: number,
  transactions: readonly SwitchingTransaction[],
  membership: Membership,
): number {
  let inForce = rules;
  for (const { rwset, envelope } of transactions) {
    const written = writtenRules(rwset);
    if (written === inForce + 1 && isEndorsed(envelope, membership)) inForce = written;
  }
  return inForce;
}

function writtenRules(rwset: readonly NamespaceRwset[]): number | null {
  const last = effects(rwset.filter(({ namespace }) => namespace === ANCHOR)).findLast(
    ({ key }) => key === RULES_KEY,
  );
  return last?.kind === 'put' ? readRulesValue(last.value) : null;
}

function isEndorsed(envelope: Uint8Array, membership: Membership): boolean {
  try {
    const { endorsements, responsePayloadBytes } = decodeTransaction(decodeEnvelope(envelope));
    const { endorsers } = endorsersOf({ endorsements, responsePayload: responsePayloadBytes }, membership);
    return endorsers.length >= membership.quorum;
  } catch (error) {
    if (isCotraceError(error)) return false;
    throw error;
  }
}
