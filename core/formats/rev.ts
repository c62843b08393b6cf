import { CotraceError, MalformedError } from '../errors.js';

const U32_MAX = 0xffffffff;
const U64_MAX = 0xffffffffffffffffn;
const REV_TEXT = /^(0|[1-9][0-9]{0,19})_(0|[1-9][0-9]{0,19})_(0|[1-9][0-9]{0,9})_([1-9][0-9]{0,9})$/;

/** Where the present value of a key comes from, and how often the key was written (seed 001, section 4.2.3). */
export interface Rev {
  /** Main block of the transaction that wrote last. */
  readonly blockNum: bigint;
  /** Its place in that block, 0…2^32−1. */
  readonly txNum: number;
  /** Number of transactions that wrote the key, 1…2^32−1. */
  readonly verNum: number;
}

const MIN_CHECKING_HEIGHT = 2;
/** Blocks of a cycle at most. */
export const MAX_CHECKING_HEIGHT = 100_000;

/** Checks that `c` can be a checking height: an integer, 2…100,000. Throws `BAD_CHECKING_HEIGHT`. */
export function checkCheckingHeight(c: number): void {
  if (!Number.isInteger(c) || c < MIN_CHECKING_HEIGHT || c > MAX_CHECKING_HEIGHT) {
    throw new CotraceError(
      'BAD_CHECKING_HEIGHT',
      `the checking height is a whole number from ${MIN_CHECKING_HEIGHT} to ${MAX_CHECKING_HEIGHT}, not ${c}`,
      { c },
    );
  }
}

/**
 * The cycle that main block `blockNum` (0…2^64−1) belongs to: ceil(blockNum / c). Block 0 is in cycle 0, which is never
 * checked. Throws `BAD_CHECKING_HEIGHT`, `OUT_OF_RANGE`.
 */
export function checkNum(blockNum: bigint, c: number): bigint {
  checkCheckingHeight(c);
  if (blockNum < 0n || blockNum > U64_MAX) {
    throw new MalformedError('OUT_OF_RANGE', 'a block number is 0 to 2^64-1', { block: String(blockNum) });
  }
  const height = BigInt(c);
  return (blockNum + height - 1n) / height;
}

/** The text `CheckNum_BlockNum_TxNum_VerNum` of a version, decimal. Throws `BAD_CHECKING_HEIGHT`, `OUT_OF_RANGE`. */
export function formatRev({ blockNum, txNum, verNum }: Rev, c: number): string {
  checkRange(txNum, 0);
  checkRange(verNum, 1);
  return [checkNum(blockNum, c), blockNum, txNum, verNum].join('_');
}

/**
 * The version that `text` states; only what `formatRev` writes at the same checking height is taken. Throws
 * `BAD_REV`, `BAD_CHECKING_HEIGHT`, `OUT_OF_RANGE`.
 */
export function parseRev(text: string, c: number): Rev {
  const [, check, block, tx, ver] = REV_TEXT.exec(text) ?? [];
  if (check === undefined || block === undefined) {
    throw new MalformedError('BAD_REV', 'a rev is CheckNum_BlockNum_TxNum_VerNum', {
      text: text.slice(0, 80),
    });
  }
  const version = { blockNum: BigInt(block), txNum: Number(tx), verNum: Number(ver) };
  if (formatRev(version, c) !== text) {
    throw new MalformedError('BAD_REV', `block ${block} is not in cycle ${check} of ${c} blocks`, {
      text,
      c,
    });
  }
  return version;
}

function checkRange(value: number, least: number): void {
  if (!Number.isInteger(value) || value < least || value > U32_MAX) {
    throw new MalformedError('OUT_OF_RANGE', `expected ${least} to 2^32-1, not ${value}`, { value });
  }
}
