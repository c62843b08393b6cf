import { concat } from '../bytes/bytes.js';
import { Reader, u16, u32, u8 } from '../bytes/codec.js';
import { MalformedError } from '../errors.js';
import { requireRules } from '../formats/known-rules.js';
import { HASH_LENGTH } from '../hash.js';
import type { CycleFacts, HeaderChain, Standing } from './header-chain.js';
import { encodeCheckingHeader, type CheckingHeader } from './header.js';

const WHAT = 'a packed checking header';
/** What is another than in the header before: bits of the first byte. */
const CHANGED = { parts: 1, anchor: 2, configuration: 4, rules: 8 } as const;
/** Length of a header that `unpackWideHeader` reads and under whose cycle the membership stayed; otherwise 32 bytes follow. */
const WIDE_BYTES = 156;

/**
 * What a header adds to those before it, 129 to 177 bytes (docs/formats.md, Packed checking header). `previous` is the chain
 * before it. Throws `HEADER_CHAIN` where the header does not follow, and the codes of `encodeCheckingHeader`.
 */
export function packHeader(header: CheckingHeader, previous: HeaderChain): Uint8Array {
  encodeCheckingHeader(header);
  previous.follows(header);
  const { last } = previous;
  const changed = changedIn(header, last);
  const where = (bit: number, ...fields: readonly (() => Uint8Array)[]) =>
    (changed & bit) === 0 ? [] : fields.map((field) => field());
  const placeOf = (block: bigint) => u32(Number(block - last.cyclePointBlock));
  return concat(
    u8(changed),
    header.bodyRoot,
    header.cyclePointHeaderHash,
    header.intervalSummary,
    header.trieRoot,
    ...where(CHANGED.parts, () => u16(header.parts)),
    ...where(
      CHANGED.anchor,
      () => u32(Number(header.checkNum - header.anchored)),
      () => placeOf(header.anchorBlock),
    ),
    ...where(
      CHANGED.configuration,
      () => placeOf(header.configBlock),
      () => header.membership,
    ),
    ...where(CHANGED.rules, () => u16(header.rules)),
  );
}

/**
 * The bytes of the header that was packed after `previous`. Throws `TRUNCATED`, `TRAILING_BYTES`, `RULES`, `OUT_OF_RANGE`,
 * `BAD_CHECKING_HEADER`, also for what `packHeader` does not write, and `HEADER_CHAIN` for what does not follow.
 */
export function unpackHeader(bytes: Uint8Array, previous: HeaderChain): Uint8Array {
  const { last } = previous;
  const reader = new Reader(bytes, WHAT);
  const changed = reader.u8();
  const has = (name: keyof typeof CHANGED) => (changed & CHANGED[name]) !== 0;
  const block = () => last.cyclePointBlock + BigInt(reader.u32());
  const hashes = {
    bodyRoot: reader.take(HASH_LENGTH),
    cyclePointHeaderHash: reader.take(HASH_LENGTH),
    intervalSummary: reader.take(HASH_LENGTH),
    trieRoot: reader.take(HASH_LENGTH),
  };
  const parts = has('parts') ? reader.u16() : last.parts;
  const { anchored, anchorBlock } = has('anchor')
    ? { anchored: previous.count + 1n - BigInt(reader.u32()), anchorBlock: block() }
    : last;
  const { configBlock, membership } = has('configuration')
    ? { configBlock: block(), membership: reader.take(HASH_LENGTH) }
    : last;
  const rules = has('rules') ? reader.u16() : last.rules;
  reader.end();
  const facts = { ...hashes, parts, anchored, anchorBlock, configBlock, membership, rules };
  const whole = wholeHeader(facts, previous);
  if (changed === changedIn(facts, last)) return whole;
  throw new MalformedError('BAD_CHECKING_HEADER', 'a packed checking header says what did not change', {
    checkNum: String(previous.count + 1n),
  });
}

/** The bytes of a header as stores of layouts up to 3 have it: 156 bytes, or 188 where the membership changed. Throws as `unpackHeader`. */
export function unpackWideHeader(bytes: Uint8Array, previous: HeaderChain): Uint8Array {
  const reader = new Reader(bytes, WHAT);
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
  const membership = bytes.length === WIDE_BYTES ? previous.membership : reader.take(HASH_LENGTH);
  reader.end();
  return wholeHeader({ ...facts, membership }, previous);
}

/** The bits of what is another in a header than in the one before. */
function changedIn(facts: CycleFacts, last: Standing): number {
  const bit = (isNew: boolean, value: number) => (isNew ? value : 0);
  return (
    bit(facts.parts !== last.parts, CHANGED.parts) +
    bit(facts.anchored !== last.anchored, CHANGED.anchor) +
    bit(facts.configBlock !== last.configBlock, CHANGED.configuration) +
    bit(facts.rules !== last.rules, CHANGED.rules)
  );
}

function wholeHeader(facts: CycleFacts, previous: HeaderChain): Uint8Array {
  requireRules(facts.rules, 'the packed checking header');
  const header = previous.next(facts);
  const whole = encodeCheckingHeader(header);
  previous.follows(header);
  return whole;
}
