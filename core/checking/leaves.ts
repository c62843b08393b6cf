import { concat, utf8 } from '../bytes/bytes.js';
import { lp, Reader, u32, u64 } from '../bytes/codec.js';
import { MalformedError } from '../errors.js';
import { isDomainName, LIFECYCLE_NAMESPACE, MAX_DOMAIN_BYTES } from '../formats/domains.js';
import { hashField } from '../formats/fields.js';
import { HASH_LENGTH } from '../hash.js';

const PART_KIND = utf8('b');
const INTERVAL_KIND = utf8('i');
const HISTORY_KIND = utf8('h');

/** What a checking header binds of one domain's state (seed 001, section 4.2.3). */
export interface PartLeaf {
  /** A domain, or `_lifecycle`. */
  readonly domain: string;
  /** Digest of its state after the cycle point block, 32 bytes (`partDigest`). */
  readonly hpart: Uint8Array;
}

/** What a checking header binds of one main block of its cycle (seed 001, section 4.2.2). */
export interface IntervalLeaf {
  readonly blockNum: bigint;
  /** Hash of the block's header, 32 bytes. */
  readonly headerHash: Uint8Array;
  /** Root of the tree over its transaction leaves, 32 bytes; `txTotal` is its size. */
  readonly txRoot: Uint8Array;
  readonly txTotal: number;
  /** Root of the state trie after the block, 32 bytes. */
  readonly trieRoot: Uint8Array;
}

/** Leaf data of a part (docs/formats.md, Part leaf). Throws `BAD_PARTS`, `BAD_HASH_LENGTH`. */
export function encodePartLeaf({ domain, hpart }: PartLeaf): Uint8Array {
  return concat(PART_KIND, lp(partName(domain)), hashField(hpart, 'digest of a domain'));
}

/** Throws `TRUNCATED`, `BAD_TAG`, `TOO_LONG`, `BAD_UTF8`, `TRAILING_BYTES`, `BAD_PARTS`. */
export function decodePartLeaf(data: Uint8Array): PartLeaf {
  const reader = new Reader(data, 'a part leaf');
  reader.expect(PART_KIND);
  const leaf = { domain: partName(reader.text(MAX_DOMAIN_BYTES)), hpart: reader.take(HASH_LENGTH) };
  reader.end();
  return leaf;
}

/** Leaf data of a block in the tree of its interval, 109 bytes (docs/formats.md, Interval leaf). Throws `BAD_HASH_LENGTH`, `OUT_OF_RANGE`. */
export function encodeIntervalLeaf(leaf: IntervalLeaf): Uint8Array {
  return concat(
    INTERVAL_KIND,
    u64(leaf.blockNum),
    hashField(leaf.headerHash, 'header hash'),
    hashField(leaf.txRoot, 'transaction root'),
    u32(leaf.txTotal),
    hashField(leaf.trieRoot, 'trie root'),
  );
}

/** Leaf data of a checking header in the tree of history, 33 bytes (docs/formats.md, History leaf). Throws `BAD_HASH_LENGTH`. */
export function encodeHistoryLeaf(headerHash: Uint8Array): Uint8Array {
  return concat(HISTORY_KIND, hashField(headerHash, 'hash of a checking header'));
}

/** Checks that a part can have this name and returns it. Throws `BAD_PARTS`. */
export function partName(name: string): string {
  if (isPartName(name)) return name;
  throw new MalformedError('BAD_PARTS', 'a part is that of a domain or of _lifecycle', {
    domain: name.slice(0, MAX_DOMAIN_BYTES),
  });
}

/** Whether a part can have this name: that of a domain, or `_lifecycle`. */
export function isPartName(name: string): boolean {
  return name === LIFECYCLE_NAMESPACE || isDomainName(name);
}
