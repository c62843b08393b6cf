import { compareBytes } from '../bytes/bytes.js';
import { MalformedError } from '../errors.js';
import { HASH_LENGTH } from '../hash.js';

const U32_MAX = 0xffffffff;

/** What a leaf holds of a record (seed 002, section 4.2): where in the block it is, and which block to go on with. */
export interface IndexEntry {
  /** The identifier that the entry is found by: 1…512 bytes of UTF-8. */
  readonly traceId: string;
  /** Place of the transaction in the block, 0…2^32−1. */
  readonly txNum: number;
  /** Transaction id, 32 bytes. */
  readonly txId: Uint8Array;
  /** Hash of the block with the product's previous record, 32 bytes; null on its first. */
  readonly previous: Uint8Array | null;
  /** Whether the entry files a product under an identifier upstream of it, instead of its own. */
  readonly upstream: boolean;
}

/** Checks all of an entry but its TraceID. Throws `BAD_ENTRY`. */
export function checkEntry({ txNum, txId, previous }: IndexEntry): void {
  const inRange = Number.isInteger(txNum) && txNum >= 0 && txNum <= U32_MAX;
  if (!inRange || txId.length !== HASH_LENGTH || (previous !== null && previous.length !== HASH_LENGTH)) {
    throw new MalformedError('BAD_ENTRY', 'an entry has a txNum of 32 bits and hashes of 32 bytes', {
      txNum,
      txId: txId.length,
      previous: previous?.length ?? null,
    });
  }
}

/** Order of two entries of one TraceID: txNum, own before upstream, txId, no previous block before any. */
export function compareEntries(a: IndexEntry, b: IndexEntry): number {
  return (
    a.txNum - b.txNum ||
    Number(a.upstream) - Number(b.upstream) ||
    compareBytes(a.txId, b.txId) ||
    compareBytes(a.previous ?? NOTHING, b.previous ?? NOTHING)
  );
}

const NOTHING = new Uint8Array();
