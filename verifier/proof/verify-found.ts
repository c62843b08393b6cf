import {
  CotraceError,
  decodeStateTrieEntry,
  equalBytes,
  sha256,
  stateTrieKey,
  verifyTrieProof,
  type Attestation,
  type StateTrieEntry,
} from '@cotrace/core';
import { attestedBlock, type AnswerTime, requireAfterCheckpoint } from './attested-block.js';
import type { Trust } from './trust.js';

/** A key of a domain's state that is asked for. */
export interface StateQuestion {
  readonly domain: string;
  readonly key: string;
}

/** What a master says of a key: the trie's proof, and for a key of a state its value. */
export interface FoundKey {
  readonly proof: readonly Uint8Array[];
  readonly value?: Uint8Array | undefined;
}

/** What masters answer: what one says that the ledger holds after a block, and what they attest of that block. */
export interface FoundAnswer {
  readonly blockNum: bigint;
  readonly found: readonly FoundKey[];
  readonly attestations: readonly Attestation[];
}

/** A key's latest value and who wrote it last. */
export interface VerifiedState {
  readonly entry: StateTrieEntry;
  readonly value: Uint8Array;
}

/**
 * Verifies what masters answer about keys of domains' states, given only the trust file: a quorum attested the block, and
 * every key is proven present, with the value given, or absent (null) under the root that they attested. Throws
 * `NO_QUORUM`, `RULES`, `STALE`, `BAD_ANSWER`, `WRONG_VALUE` and what `verifyTrieProof` throws.
 */
export function verifyStates(
  questions: readonly StateQuestion[],
  answer: FoundAnswer,
  trust: Trust,
): { readonly asOf: AnswerTime; readonly states: readonly (VerifiedState | null)[] } {
  const { asOf, root } = verifyBlock(answer, trust);
  if (answer.found.length !== questions.length) {
    throw new CotraceError('BAD_ANSWER', `${answer.found.length} answers to ${questions.length} questions`);
  }
  const states = questions.map(({ domain, key }, i) => {
    const { proof = [], value }: Partial<FoundKey> = answer.found[i] ?? {};
    const proven = verifyTrieProof({ root, key: stateTrieKey(domain, key), proof });
    return proven === null ? null : stateOf({ domain, key }, decodeStateTrieEntry(proven), value ?? null);
  });
  return { asOf, states };
}

function verifyBlock(
  { blockNum, attestations }: FoundAnswer,
  trust: Trust,
): { readonly asOf: AnswerTime; readonly root: Uint8Array } {
  const { body, asOf } = attestedBlock(blockNum, attestations, trust);
  requireAfterCheckpoint(blockNum, trust);
  return { asOf, root: body.trieRoot };
}

function stateOf(
  { domain, key }: StateQuestion,
  entry: StateTrieEntry,
  value: Uint8Array | null,
): VerifiedState {
  if (value === null || !equalBytes(sha256(value), entry.valueHash)) {
    throw new CotraceError('WRONG_VALUE', `the value of ${key} in ${domain} is not the one on the ledger`, {
      domain,
      key,
      block: entry.blockNum,
    });
  }
  return { entry, value };
}
