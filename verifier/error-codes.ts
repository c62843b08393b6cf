import type { CodeEntry } from '@cotrace/core';

const OTHER_TERMS = {
  where: 'refused',
  means: 'the attestation is of another consortium, network, configuration or block',
} as const;

const WRONG_SIGNER = { where: 'refused', means: 'its signer may not attest' } as const;

const WRONG_SIGNATURE = {
  where: 'refused',
  means: 'its signature is not valid, or it is too long to be looked at',
} as const;

const NO_SEAL = {
  where: 'refused',
  means: 'a transaction of the channel `checking` does not have the form of a seal, or seals something else',
} as const;

const NOT_PROVEN = {
  where: 'proof',
  means: 'what is shown of a record or key is not what the attested transactions wrote',
  advice: 'do not rely on what was shown',
} as const;

/** Codes of the errors of this package. */
export const VERIFIER_CODES = {
  ANSWER_DISPROVED: {
    where: 'command',
    exit: 'disproved',
    means: 'what masters answer about an order does not hold; the cause says how',
    advice: 'do not act on the order; look at trust file and master',
  },
  ATTESTATION_BLOCK: OTHER_TERMS,
  ATTESTATION_CURVE: WRONG_SIGNER,
  ATTESTATION_EXPIRED: WRONG_SIGNER,
  ATTESTATION_IDENTITY: WRONG_SIGNER,
  ATTESTATION_MEMBER: OTHER_TERMS,
  ATTESTATION_MEMBERSHIP: OTHER_TERMS,
  ATTESTATION_NETWORK: OTHER_TERMS,
  ATTESTATION_ROLE: WRONG_SIGNER,
  ATTESTATION_SIGNATURE: WRONG_SIGNATURE,
  ATTESTATION_SIZE: WRONG_SIGNATURE,
  BAD_ANSWER: {
    where: 'command',
    means: 'what a node answered is wrong; another one was asked where there is one',
    advice: 'have its organisation look at it',
  },
  BAD_ORDER: {
    where: 'command',
    exit: 'usage',
    means: 'not a valid order file: four members, from, to, message, signature',
    advice: 'fix it',
  },
  BAD_PROOF: {
    where: 'proof',
    means: 'not a valid proof file: it holds something twice, or asks in another than the canonical form',
    advice: 'have the proof written again',
  },
  BAD_TRANSACTION_ID: NOT_PROVEN,
  BAD_TRUST: {
    where: 'proof',
    means: 'not a valid trust file',
    advice: 'get it again from whom you trust',
  },
  NO_QUORUM: {
    where: 'proof',
    means:
      'a block is not attested by enough organisations of the trust file; the first refusal is the cause',
    advice: 'check that the trust file is of this network and not older than its last change',
  },
  NOT_ASKED: {
    where: 'proof',
    means: 'a record does not belong to the answer',
    advice: 'do not rely on what was shown',
  },
  NOT_LOADED: {
    where: 'proof',
    means: 'a page could not load the whole verifier, which it needs for unusual and invalid proofs',
    advice: 'load the page again',
  },
  NOT_SUPPORTED: {
    where: 'proof',
    means: 'a proof under a sealed root, which this release does not know',
    advice: 'use a newer release',
  },
  PROVES_NOTHING: {
    where: 'proof',
    means: 'the proof shows no event',
    advice: 'have the proof written again',
  },
  SEAL_CHAINCODE: NO_SEAL,
  SEAL_CHANNEL: NO_SEAL,
  SEAL_CREATOR: { where: 'refused', means: 'no member has signed the seal' },
  SEAL_FORM: NO_SEAL,
  SEAL_HEADER: NO_SEAL,
  SEAL_PROPOSAL: NO_SEAL,
  SEAL_QUORUM: {
    where: 'refused',
    means: 'fewer members than the quorum endorsed the seal; its detail says why others do not count',
  },
  SEAL_WRITES: NO_SEAL,
  STALE: {
    where: 'proof',
    means: "it is an older state than the trust file's checkpoint",
    advice:
      'ask for the newest state; if there is none above the checkpoint, the sender hides what came since',
  },
  UNREADABLE_VALID_TRANSACTION: {
    where: 'log',
    means: 'a transaction is marked as valid and cannot be read here',
    advice: 'either the peer is at fault or this software: find out which before anything else',
  },
  WRONG_CHANNEL: {
    where: 'proof',
    means: 'a transaction is of another channel',
    advice: 'do not rely on what was shown',
  },
  WRONG_ENVELOPE: NOT_PROVEN,
  WRONG_HEAD: {
    where: 'proof',
    means: 'the head of a trace is not the one on the ledger, or a trace that is there is shown as absent',
    advice: 'do not rely on what was shown',
  },
  WRONG_QUESTION: {
    where: 'proof',
    means: 'the proof answers a different question from the one that was asked',
    advice: 'ask again, another master',
  },
  WRONG_RECORD: NOT_PROVEN,
  WRONG_VALUE: NOT_PROVEN,
} as const satisfies Readonly<Record<string, CodeEntry>>;

declare module '@cotrace/core' {
  interface ErrorCodes extends Record<keyof typeof VERIFIER_CODES, unknown> {}
}
