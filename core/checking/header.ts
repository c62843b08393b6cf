import { concat, utf8 } from '../bytes/bytes.js';
import { Reader, u16, u64 } from '../bytes/codec.js';
import { MalformedError } from '../errors.js';
import { hashField } from '../formats/fields.js';
import { requireRules } from '../formats/known-rules.js';
import { HASH_LENGTH, sha256 } from '../hash.js';

const TAG = utf8('cotrace.checking.v1\0');
const WHAT = 'the checking header';

/** Length of every checking header. */
export const CHECKING_HEADER_BYTES = 320;

/** What all masters compute of a cycle, from main's blocks alone. Hashes are 32 bytes. */
export interface CheckingHeader {
  readonly networkId: Uint8Array;
  /** Number n of the cycle, from 1. */
  readonly checkNum: bigint;
  /** Hash of header n−1; of header 1 the header hash of main's block 0. */
  readonly previousHeaderHash: Uint8Array;
  /** Root of the tree over headers 1 … n−1; of header 1 `H("")`. */
  readonly historyRoot: Uint8Array;
  /** Size of the tree of parts, 0…65,535. */
  readonly parts: number;
  /** Root of the tree of parts. */
  readonly bodyRoot: Uint8Array;
  /** n·c. */
  readonly cyclePointBlock: bigint;
  readonly cyclePointHeaderHash: Uint8Array;
  /** Root of the tree over the interval leaves of blocks (n−1)·c+1 … n·c. */
  readonly intervalSummary: Uint8Array;
  /** Root of the state trie after block n·c. */
  readonly trieRoot: Uint8Array;
  /** Newest m below n whose header is anchored in a block up to n·c; 0 without. */
  readonly anchored: bigint;
  /** The first block with that anchor; 0 without. */
  readonly anchorBlock: bigint;
  /** Newest configuration block up to n·c. */
  readonly configBlock: bigint;
  /** `membershipHash` of the configuration in force after block n·c. */
  readonly membership: Uint8Array;
  /** The rules in force for block n·c. */
  readonly rules: number;
}

/**
 * The 320 bytes of a checking header (docs/formats.md, Checking header; seed 001, section 4.2.2 and figure 8). Throws
 * `BAD_HASH_LENGTH`, `OUT_OF_RANGE`, `RULES`, and `BAD_CHECKING_HEADER` for numbers that no header can have.
 */
export function encodeCheckingHeader(header: CheckingHeader): Uint8Array {
  requireRules(header.rules, WHAT);
  checkNumbers(header);
  return concat(
    TAG,
    hashField(header.networkId, 'network id'),
    u64(header.checkNum),
    hashField(header.previousHeaderHash, 'hash of the header before'),
    hashField(header.historyRoot, 'history root'),
    u16(header.parts),
    hashField(header.bodyRoot, 'body root'),
    u64(header.cyclePointBlock),
    hashField(header.cyclePointHeaderHash, 'hash of the cycle point block'),
    hashField(header.intervalSummary, 'interval summary'),
    hashField(header.trieRoot, 'trie root'),
    u64(header.anchored),
    u64(header.anchorBlock),
    u64(header.configBlock),
    hashField(header.membership, 'membership'),
    u16(header.rules),
  );
}

/**
 * The header that bytes state; only what `encodeCheckingHeader` writes is taken. Throws `RULES` for a header under rules
 * that this version does not know, `BAD_TAG`, `TRUNCATED`, `TRAILING_BYTES`, `BAD_CHECKING_HEADER`.
 */
export function decodeCheckingHeader(bytes: Uint8Array): CheckingHeader {
  const reader = new Reader(bytes, 'a checking header');
  reader.expect(TAG);
  const header = {
    networkId: reader.take(HASH_LENGTH),
    checkNum: reader.u64(),
    previousHeaderHash: reader.take(HASH_LENGTH),
    historyRoot: reader.take(HASH_LENGTH),
    parts: reader.u16(),
    bodyRoot: reader.take(HASH_LENGTH),
    cyclePointBlock: reader.u64(),
    cyclePointHeaderHash: reader.take(HASH_LENGTH),
    intervalSummary: reader.take(HASH_LENGTH),
    trieRoot: reader.take(HASH_LENGTH),
    anchored: reader.u64(),
    anchorBlock: reader.u64(),
    configBlock: reader.u64(),
    membership: reader.take(HASH_LENGTH),
    rules: reader.u16(),
  };
  reader.end();
  requireRules(header.rules, WHAT);
  checkNumbers(header);
  return header;
}

/** Hash of a header's bytes, by which the next one, history and anchors name it: `H` of all 320. */
export function checkingHeaderHash(bytes: Uint8Array): Uint8Array {
  return sha256(bytes);
}

/** What holds of every header, whatever came before it. */
function checkNumbers({
  checkNum,
  cyclePointBlock,
  anchored,
  anchorBlock,
  configBlock,
}: CheckingHeader): void {
  const isWrong =
    checkNum < 1n ||
    cyclePointBlock < checkNum ||
    anchored >= checkNum ||
    (anchored === 0n) !== (anchorBlock === 0n) ||
    anchorBlock > cyclePointBlock ||
    configBlock > cyclePointBlock;
  if (!isWrong) return;
  throw new MalformedError('BAD_CHECKING_HEADER', 'a checking header names blocks or cycles that it cannot', {
    checkNum: String(checkNum),
    cyclePointBlock: String(cyclePointBlock),
    anchored: String(anchored),
    anchorBlock: String(anchorBlock),
    configBlock: String(configBlock),
  });
}
