import { toBinary } from '@bufbuild/protobuf';
import { CotraceError, equalBytes, type ErrorCode, MalformedError, toHex } from '@cotrace/core';
import * as common from '../gen/fabric/common_pb.js';
import { decode } from '../wire/decode.js';
import type { Block } from './block.js';
import { dataHash } from './header.js';

const CONFIG: number = common.HeaderType.CONFIG;

/** The block before the one that is checked. */
export type PreviousBlock = Pick<Block, 'number' | 'headerHash'>;

/**
 * Checks that a block follows `previous` (where given) and that its envelopes are the ones its header
 * commits to. Throws the first of `blockErrors`. Signatures are checked by `verifyBlockSignature`.
 */
export function checkBlock(block: Block, previous?: PreviousBlock): void {
  const [first] = blockErrors(block, previous);
  if (first !== undefined) throw first;
}

/**
 * Everything that is wrong with a block, in this order: `BLOCK_NUMBER` (not the next one),
 * `PREVIOUS_HASH` (not the header hash of `previous`; for block 0: not empty), `WELL_FORMED` (the envelopes
 * could be cut differently, or are not what Fabric orders), `DATA_HASH`.
 * Source: Fabric `protoutil/blockutils.go`, `internal/ledgerutil/verify/verify.go`.
 */
export function blockErrors(block: Block, previous?: PreviousBlock): CotraceError[] {
  const errors: CotraceError[] = [];
  const report = (code: ErrorCode, message: string, expected: unknown, found: unknown): void => {
    errors.push(new CotraceError(code, `block ${block.number}: ${message}`, { expected, found }));
  };
  if (previous !== undefined && block.number !== previous.number + 1n) {
    report('BLOCK_NUMBER', 'is not the next one', String(previous.number + 1n), String(block.number));
  }
  const before = block.number === 0n ? new Uint8Array() : previous?.headerHash;
  if (before !== undefined && !equalBytes(block.previousHash, before)) {
    report('PREVIOUS_HASH', 'names a different previous block', toHex(before), toHex(block.previousHash));
  }
  const malformed = wellFormedError(block);
  if (malformed !== null) errors.push(malformed);
  const hash = dataHash(block.envelopes);
  if (!equalBytes(block.dataHash, hash)) {
    report('DATA_HASH', 'has transactions that do not match its header', toHex(block.dataHash), toHex(hash));
  }
  return errors;
}

/** Whether the block is a configuration block: a single transaction of type CONFIG. */
export function isConfigBlock(block: Pick<Block, 'envelopes'>): boolean {
  const [envelope] = block.envelopes;
  if (envelope === undefined || block.envelopes.length > 1) return false;
  try {
    const { payload } = decode(common.EnvelopeSchema, envelope);
    const { header } = decode(common.PayloadSchema, payload);
    if (header === undefined) return false;
    const { type } = decode(common.ChannelHeaderSchema, header.channelHeader);
    return type === CONFIG;
  } catch (error) {
    if (error instanceof MalformedError) return false;
    throw error;
  }
}

/**
 * The data hash has no framing, so a block whose envelopes are glued together or cut elsewhere has the same
 * hash. Fabric therefore accepts only envelopes that re-marshal to the bytes received.
 */
function wellFormedError(block: Block): CotraceError | null {
  const fail = (txNum: number, reason: string, cause?: unknown): CotraceError =>
    new CotraceError(
      'WELL_FORMED',
      `block ${block.number}, transaction ${txNum}: ${reason}`,
      { block: String(block.number), txNum },
      cause,
    );
  if (block.envelopes.length === 0) return fail(0, 'the block is empty');
  if (isConfigBlock(block)) return null;
  for (const [txNum, bytes] of block.envelopes.entries()) {
    try {
      const envelope = decode(common.EnvelopeSchema, bytes);
      if (envelope.payload.length === 0) return fail(txNum, 'has no payload');
      if (envelope.signature.length === 0) return fail(txNum, 'has no signature');
      const again = toBinary(common.EnvelopeSchema, envelope);
      if (!equalBytes(again, bytes)) return fail(txNum, 'is not in canonical form');
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      return fail(txNum, 'is not an envelope', error);
    }
  }
  return null;
}
