import { concat, equalBytes } from '../bytes/bytes.js';
import { Reader, u16, u64 } from '../bytes/codec.js';
import { requireRules } from '../formats/known-rules.js';
import { HASH_LENGTH } from '../hash.js';
import type { HeaderChain } from './header-chain.js';
import { encodeCheckingHeader, type CheckingHeader } from './header.js';

/** Length of a packed header under whose cycle the membership stayed; where it changed 32 bytes follow. */
const PACKED_BYTES = 156;

/**
 * What a header adds to those before it, 156 bytes, or 188 where the membership changed (docs/formats.md, Packed checking
 * header). `previous` is the chain before it. Throws `HEADER_CHAIN` where the header does not follow, and the codes of
 * `encodeCheckingHeader`.
 */
export function packHeader(header: CheckingHeader, previous: HeaderChain): Uint8Array {
  encodeCheckingHeader(header);
  previous.follows(header);
  return concat(
    u16(header.parts),
    header.bodyRoot,
    header.cyclePointHeaderHash,
    header.intervalSummary,
    header.trieRoot,
    u64(header.anchored),
    u64(header.anchorBlock),
    u64(header.configBlock),
    u16(header.rules),
    equalBytes(header.membership, previous.membership) ? new Uint8Array() : header.membership,
  );
}

/**
 * The bytes of the header that was packed after `previous`. Throws `TRUNCATED`, `TRAILING_BYTES`, `RULES`,
 * `BAD_CHECKING_HEADER`, and `HEADER_CHAIN` for what does not follow.
 */
export function unpackHeader(bytes: Uint8Array, previous: HeaderChain): Uint8Array {
  const reader = new Reader(bytes, 'a packed checking header');
  const facts = {
    parts: reader.u16(),
    bodyRoot: reader.take(HASH_LENGTH),
    cyclePointHeaderHash: reader.take(HASH_LENGTH),
    intervalSummary: reader.take(HASH_LENGTH),
    trieRoot: reader.take(HASH_LENGTH),
    anchored: reader.u64(),
    anchorBlock: reader.u64(),
    configBlock: reader.u64(),
    rules: reader.u16(),
  };
  requireRules(facts.rules, 'the packed checking header');
  const membership = bytes.length === PACKED_BYTES ? previous.membership : reader.take(HASH_LENGTH);
  reader.end();
  const header = previous.next({ ...facts, membership });
  const whole = encodeCheckingHeader(header);
  previous.follows(header);
  return whole;
}
