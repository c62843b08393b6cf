import {
  type ErrorCode,
  CotraceError,
  encodeTransactionLeaf,
  leafHash,
  sha256,
  toHex,
  verifyInclusion,
  type AttestationBody,
  VALID,
} from '@cotrace/core';
import { decodeEnvelope } from '@cotrace/fabric-model';
import { attestedBlock } from './attested-block.js';
import { boundSignatures, rememberingSigners } from './bound-work.js';
import { Lineage, lacksOrigin } from './lineage.js';
import { viewTransaction, type ViewedRecord, type ViewedTrace } from './record-view.js';
import type { ProofTransaction, Question, RecordsProof } from './records-proof.js';
import type { Trust } from './trust.js';

/** A record of which it is proven that it is on the ledger, valid and unaltered, and where. */
export interface VerifiedRecord extends ViewedRecord {
  readonly block: bigint;
  readonly txNum: number;
}

/** An identifier of the answer. */
export interface VerifiedIdentifier {
  readonly id: string;
  readonly records: number;
  /** No record tells where it came from. */
  readonly lacksOrigin: boolean;
}

/** What a records proof proves. */
export interface VerifiedTrace {
  readonly question: Question;
  /** In the order of the ledger. */
  readonly records: readonly VerifiedRecord[];
  readonly identifiers: readonly VerifiedIdentifier[];
  /** MSP ids of the organisations whose attestations support every block of the answer. */
  readonly attestedBy: readonly string[];
}

/**
 * Verifies a records proof against a trust file: attestations of a quorum for every block, every transaction under its
 * block's root, the channel, and for every identifier of the answer a chain without gaps from its first record to the
 * newest one shown. What it cannot show is whether there are newer records. Throws a `CotraceError` that says what the
 * first wrong thing is, `PROVES_NOTHING` where no event is shown.
 */
export function verifyRecords(proof: RecordsProof, trust: Trust): VerifiedTrace {
  return verifyUnder(verifyBlocks(proof, trust), proof, trust);
}

/** The rest of `verifyRecords`, given what `verifyBlocks` makes of the proof. It checks no signature. */
export function verifyUnder(blocks: AttestedBlocks, proof: RecordsProof, trust: Trust): VerifiedTrace {
  const seen = new Set<string>();
  const records = proof.transactions.flatMap((transaction) => {
    const block = blocks.get(transaction.block);
    if (block === undefined) throw failure('UNATTESTED_BLOCK', transaction, 'its block has no attestations');
    const place = placeOf(transaction);
    if (seen.has(place)) throw failure('BAD_PROOF', transaction, 'it is in the proof twice');
    seen.add(place);
    block.used = true;
    return verifyTransaction(transaction, block.body, trust);
  });
  refuseUnused(blocks);
  records.sort((a, b) => Number(a.block - b.block) || a.txNum - b.txNum);
  const { question } = proof;
  const answer = closure(question, records);
  if (answer.records.length === 0) {
    throw new CotraceError('PROVES_NOTHING', `the proof shows no event of ${question.traceId}`, {
      ...question,
    });
  }
  return { question, ...answer, attestedBy: commonSigners([...blocks.values()]) };
}

/** What attestations of a proof establish, by number of the block. */
export type AttestedBlocks = ReadonlyMap<bigint, AttestedBlock>;

interface AttestedBlock {
  readonly body: AttestationBody;
  readonly signers: readonly string[];
  /** Whether a transaction of the proof is in it. */
  used: boolean;
}

/** Checks the attestations of a proof: all that is signed in it. Throws as `verifyRecords`. */
export function verifyBlocks({ blocks }: RecordsProof, trust: Trust): AttestedBlocks {
  boundSignatures(blocks);
  const check = rememberingSigners();
  const attested = new Map<bigint, AttestedBlock>();
  for (const { block, attestations } of blocks) {
    if (attested.has(block))
      throw new CotraceError('BAD_PROOF', `block ${block} is in the proof twice`, { block });
    const { body, supporters } = attestedBlock(block, attestations, trust, check);
    attested.set(block, { body, signers: supporters.map(({ mspId }) => mspId), used: false });
  }
  return attested;
}

function verifyTransaction(
  transaction: ProofTransaction,
  body: AttestationBody,
  trust: Trust,
): VerifiedRecord[] {
  const { block, txNum, envelope, inclusionProof } = transaction;
  const { txId } = decodeEnvelope(envelope).channelHeader;
  const leaf = encodeTransactionLeaf({ txNum, code: VALID, txId, envelopeHash: sha256(envelope) });
  verifyInclusion({
    index: txNum,
    size: body.txTotal,
    leafHash: leafHash(leaf),
    proof: [...inclusionProof],
    root: body.txRoot,
  });
  const { channelId, records } = viewTransaction(envelope);
  if (channelId !== trust.network.mainName) {
    throw failure(
      'WRONG_CHANNEL',
      transaction,
      `it belongs to channel ${channelId}, not to ${trust.network.mainName}`,
    );
  }
  if (records.length === 0) throw failure('NOT_ASKED', transaction, 'it holds no record');
  return records.map((record) => ({ ...record, block, txNum }));
}

function refuseUnused(blocks: AttestedBlocks): void {
  for (const [blockNum, { used }] of blocks) {
    if (!used) {
      throw new CotraceError('NOT_ASKED', `no transaction of the answer is in block ${blockNum}`, {
        block: blockNum,
      });
    }
  }
}

/**
 * Repeats the lineage over the verified records: nothing that belongs to it may be missing, and no transaction beside it.
 * Records that a transaction of the answer holds beside it are left out: whoever wrote them must not spoil the answer.
 */
function closure(
  { traceId, direction }: Question,
  records: readonly VerifiedRecord[],
): Pick<VerifiedTrace, 'records' | 'identifiers'> {
  const byId = linksById(records);
  const lineage = new Lineage(traceId, direction);
  const used = new Set<VerifiedRecord>();
  const identifiers = new Map<string, VerifiedIdentifier>();
  for (let id = lineage.next(); id !== null; id = lineage.next()) {
    const links = byId.get(id) ?? [];
    const own = links.map(({ record }) => record);
    lineage.visit(id, own);
    checkChains(id, links);
    for (const record of own) used.add(record);
    identifiers.set(id, { id, records: own.length, lacksOrigin: lacksOrigin(id, own) });
  }
  const asked = new Set([...used].map(placeOf));
  const stray = records.find((record) => !asked.has(placeOf(record)));
  if (stray !== undefined) {
    throw new CotraceError('NOT_ASKED', `transaction ${stray.txId} does not belong to the answer`, {
      txId: stray.txId,
    });
  }
  return { records: records.filter((record) => used.has(record)), identifiers: [...identifiers.values()] };
}

function placeOf({ block, txNum }: { readonly block: bigint; readonly txNum: number }): string {
  return `${block}/${txNum}`;
}

/** A record and its place in the chain of one identifier. */
interface Link {
  readonly record: VerifiedRecord;
  readonly trace: ViewedTrace;
}

/** The records of every identifier, in the order of the ledger, each once though it may be there in two roles. */
function linksById(records: readonly VerifiedRecord[]): Map<string, Link[]> {
  const byId = new Map<string, Link[]>();
  for (const record of records) {
    for (const trace of record.traces) {
      const links = byId.get(trace.id);
      if (links === undefined) byId.set(trace.id, [{ record, trace }]);
      else if (links.at(-1)?.record !== record) links.push({ record, trace });
    }
  }
  return byId;
}

/** Per domain, `ver` counts 1, 2, 3 … and each record names the transaction of the one before. */
function checkChains(id: string, links: readonly Link[]): void {
  const last = new Map<string, { readonly ver: number; readonly txId: string | null }>();
  for (const {
    record: { domain, txId },
    trace: { ver, preTraceTxId },
  } of links) {
    const before = last.get(domain) ?? { ver: 0, txId: null };
    if (ver !== before.ver + 1 || preTraceTxId !== before.txId) {
      throw new CotraceError('GAP', `a record of ${id} in ${domain} is missing before transaction ${txId}`, {
        traceId: id,
        domain,
        txId,
        expected: before.ver + 1,
        found: ver,
      });
    }
    last.set(domain, { ver, txId });
  }
}

function commonSigners(blocks: readonly AttestedBlock[]): string[] {
  const counts = new Map<string, number>();
  for (const mspId of blocks.flatMap(({ signers }) => signers)) {
    counts.set(mspId, (counts.get(mspId) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count === blocks.length)
    .map(([mspId]) => mspId)
    .sort();
}

function failure(
  code: ErrorCode,
  { block, txNum, envelope }: ProofTransaction,
  message: string,
): CotraceError {
  return new CotraceError(code, `transaction ${txNum} of block ${block}: ${message}`, {
    block,
    txNum,
    envelopeHash: toHex(sha256(envelope)),
  });
}
