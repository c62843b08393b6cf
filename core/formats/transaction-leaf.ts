import { concat, fromHex, toHex, utf8 } from '../bytes/bytes.js';
import { Reader, u32, u8 } from '../bytes/codec.js';
import { HASH_LENGTH } from '../hash.js';
import { hashField } from './fields.js';

/** Validation code of a valid transaction (Fabric's `TxValidationCode.VALID`). */
export const VALID = 0;

/** Length of a transaction leaf, in bytes. */
export const TRANSACTION_LEAF_LENGTH = 70;

const KIND = utf8('t');
const TX_ID = /^[0-9a-f]{64}$/;

/** A transaction of a main block as its transaction tree states it. */
export interface TransactionLeaf {
  /** Place in the block, 0…2^32−1. */
  readonly txNum: number;
  /** Fabric's validation code, 0 (valid)…255. */
  readonly code: number;
  /** Transaction id, 64 lower-case hexadecimal digits; null where the envelope names no such id. */
  readonly txId: string | null;
  /** `H` of the envelope's bytes, 32 bytes. */
  readonly envelopeHash: Uint8Array;
}

/**
 * Data of a leaf of a block's transaction tree, 70 bytes (docs/formats.md, Transaction leaf). A txId that is not
 * 64 lower-case hexadecimal digits, as any client may have put into the block, becomes zero. Throws
 * `OUT_OF_RANGE`, `BAD_HASH_LENGTH`.
 */
export function encodeTransactionLeaf({ txNum, code, txId, envelopeHash }: TransactionLeaf): Uint8Array {
  const id = txId !== null && TX_ID.test(txId) ? fromHex(txId) : new Uint8Array(HASH_LENGTH);
  return concat(KIND, u32(txNum), u8(code), id, hashField(envelopeHash, 'envelope hash'));
}

/** The transaction that leaf data states; a zero txId reads as null. Throws `TRUNCATED`, `BAD_TAG`, `TRAILING_BYTES`. */
export function decodeTransactionLeaf(data: Uint8Array): TransactionLeaf {
  const reader = new Reader(data, 'a transaction leaf');
  reader.expect(KIND);
  const txNum = reader.u32();
  const code = reader.u8();
  const id = reader.take(HASH_LENGTH);
  const envelopeHash = reader.take(HASH_LENGTH);
  reader.end();
  return { txNum, code, txId: id.every((byte) => byte === 0) ? null : toHex(id), envelopeHash };
}
