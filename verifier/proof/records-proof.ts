import {
  checkTraceId,
  formatU64,
  HASH_LENGTH,
  parseStrictJson,
  Shape,
  toBase64url,
  type Attestation,
} from '@cotrace/core';
import type { Direction } from './lineage.js';
import { MAX_CERTIFICATE_BYTES, MAX_SIGNATURE_BYTES } from '../main-block/attestation.js';

const FORMAT = 'cotrace.records-proof.v1';
/**
 * The largest proof file that is read: some 30,000 transactions of 3–4 KB. It is also the bound of the work that a proof
 * costs, since each kind is linear in it: an attestation that is worth a look is at least 1 kB of text, so a file has at most
 * 260,000 signatures; a sibling is 46 bytes, so 5.8 million hashes for inclusion.
 */
const MAX_PROOF_BYTES = 256 * 1024 * 1024;
export const MAX_TRANSACTIONS = 100_000;
const MAX_ATTESTATIONS = 1000;
/** 65,535 domains with a name of 128 bytes, its length and an amount each, and some 250 bytes more. */
const MAX_BODY_BYTES = 65_535 * (4 + 128 + 4) + 512;
const MAX_ENVELOPE_BYTES = 100 * 1024 * 1024;
/** A tree of 2^32−1 leaves has 32 levels. */
const MAX_LEVELS = 32;
const DIRECTIONS: readonly Direction[] = ['none', 'up', 'down'];

/** What was asked. */
export interface Question {
  /** Canonical. */
  readonly traceId: string;
  readonly direction: Direction;
}

/** A valid transaction with its place under the transaction root of its block. */
export interface ProofTransaction {
  readonly block: bigint;
  readonly txNum: number;
  readonly envelope: Uint8Array;
  readonly inclusionProof: readonly Uint8Array[];
}

/**
 * A proof that transactions are on the ledger, valid and unaltered: for every block that holds one, attestations of a
 * quorum; for every transaction, its inclusion proof (docs/formats.md, Records proof).
 */
export interface RecordsProof {
  readonly question: Question;
  readonly blocks: readonly { readonly block: bigint; readonly attestations: readonly Attestation[] }[];
  readonly transactions: readonly ProofTransaction[];
}

/** The proof as the text of a file. */
export function writeRecordsProof({ question, blocks, transactions }: RecordsProof): string {
  const file = {
    format: FORMAT,
    question: { traceId: question.traceId, direction: question.direction },
    blocks: blocks.map(({ block, attestations }) => ({
      block: formatU64(block),
      attestations: attestations.map(({ body, unixSeconds, mspId, certificate, signature }) => ({
        body: toBase64url(body),
        unixSeconds: formatU64(unixSeconds),
        mspId,
        certificate: toBase64url(certificate),
        signature: toBase64url(signature),
      })),
    })),
    transactions: transactions.map(({ block, txNum, envelope, inclusionProof }) => ({
      block: formatU64(block),
      txNum,
      envelope: toBase64url(envelope),
      inclusionProof: inclusionProof.map(toBase64url),
    })),
  };
  return `${JSON.stringify(file)}\n`;
}

/**
 * Reads the text of a proof file; nothing in it is believed yet. Throws `BAD_PROOF`, naming the
 * member, and what `parseStrictJson` throws.
 */
export function readRecordsProof(text: string): RecordsProof {
  const source = { code: 'BAD_PROOF', locate: () => 'proof' } as const;
  const root = new Shape(parseStrictJson(text, MAX_PROOF_BYTES), source);
  root.only(['format', 'question', 'blocks', 'transactions']);
  root.at('format').oneOf([FORMAT]);
  return {
    question: questionOf(root.at('question')),
    blocks: root.at('blocks').items(MAX_TRANSACTIONS).map(blockOf),
    transactions: root.at('transactions').items(MAX_TRANSACTIONS).map(transactionOf),
  };
}

function questionOf(shape: Shape): Question {
  shape.only(['traceId', 'direction']);
  const traceId = shape.at('traceId').parse('an identifier in its canonical form', (text) => {
    checkTraceId(text);
    return text;
  });
  return { traceId, direction: shape.at('direction').oneOf(DIRECTIONS) };
}

function blockOf(shape: Shape): RecordsProof['blocks'][number] {
  shape.only(['block', 'attestations']);
  return {
    block: shape.at('block').u64(),
    attestations: shape.at('attestations').items(MAX_ATTESTATIONS).map(attestationOf),
  };
}

function transactionOf(shape: Shape): ProofTransaction {
  shape.only(['block', 'txNum', 'envelope', 'inclusionProof']);
  return {
    block: shape.at('block').u64(),
    txNum: shape.at('txNum').integer(0, 0xffffffff),
    envelope: shape.at('envelope').bytes(MAX_ENVELOPE_BYTES),
    inclusionProof: shape
      .at('inclusionProof')
      .items(MAX_LEVELS)
      .map((sibling) => sibling.bytes(HASH_LENGTH)),
  };
}

function attestationOf(shape: Shape): Attestation {
  shape.only(['body', 'unixSeconds', 'mspId', 'certificate', 'signature']);
  return {
    body: shape.at('body').bytes(MAX_BODY_BYTES),
    unixSeconds: shape.at('unixSeconds').u64(),
    mspId: shape.at('mspId').text(),
    certificate: shape.at('certificate').bytes(MAX_CERTIFICATE_BYTES),
    signature: shape.at('signature').bytes(MAX_SIGNATURE_BYTES),
  };
}
