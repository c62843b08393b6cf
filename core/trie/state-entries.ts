import { concat, fromHex, utf8 } from '../bytes/bytes.js';
import { lp, Reader, u32, u64 } from '../bytes/codec.js';
import { hashField } from '../formats/fields.js';
import { HASH_LENGTH, sha256 } from '../hash.js';
import { keccak256 } from './keccak.js';

const STATE = utf8('s\0');
const TRACE = utf8('t\0');

/** The live value of a key of a domain's state, as the trie holds it. */
export interface StateTrieEntry {
  /** `H(value)`, 32 bytes. */
  readonly valueHash: Uint8Array;
  readonly blockNum: bigint;
  readonly txNum: number;
  readonly verNum: number;
}

/** Where a trace stands: how many transactions touched it in all domains, which was the last, and a digest of all. */
export interface TraceHeadEntry {
  /** At least 1. */
  readonly count: number;
  readonly lastBlock: bigint;
  readonly lastTx: number;
  /** 32 bytes. */
  readonly digest: Uint8Array;
}

/** A valid transaction that wrote the row of a TraceID in a domain. */
export interface TraceTuple {
  /** 64 lower-case hexadecimal digits. */
  readonly txId: string;
  readonly block: bigint;
  readonly txNum: number;
  readonly domain: string;
}

/** The trie's key of a key of a domain's state, 32 bytes (docs/formats.md, State trie). */
export function stateTrieKey(domain: string, key: string): Uint8Array {
  return keccak256(concat(STATE, lp(domain), utf8(key)));
}

/** The trie's key of a TraceID's head, 32 bytes (docs/formats.md, State trie). */
export function traceTrieKey(traceId: string): Uint8Array {
  return keccak256(concat(TRACE, utf8(traceId)));
}

/** 48 bytes (docs/formats.md, State entry). Throws `OUT_OF_RANGE`, `BAD_HASH_LENGTH`. */
export function encodeStateTrieEntry({ valueHash, blockNum, txNum, verNum }: StateTrieEntry): Uint8Array {
  return concat(hashField(valueHash, 'value hash'), u64(blockNum), u32(txNum), u32(verNum));
}

/** The entry that a value of the trie states. Throws `TRUNCATED`, `TRAILING_BYTES`. */
export function decodeStateTrieEntry(value: Uint8Array): StateTrieEntry {
  const reader = new Reader(value, 'a state entry');
  const entry = {
    valueHash: reader.take(HASH_LENGTH),
    blockNum: reader.u64(),
    txNum: reader.u32(),
    verNum: reader.u32(),
  };
  reader.end();
  return entry;
}

/** 48 bytes (docs/formats.md, Trace head). Throws `OUT_OF_RANGE`, `BAD_HASH_LENGTH`. */
export function encodeTraceHead({ count, lastBlock, lastTx, digest }: TraceHeadEntry): Uint8Array {
  return concat(u32(count), u64(lastBlock), u32(lastTx), hashField(digest, 'digest'));
}

/** The head that a value of the trie states. Throws `TRUNCATED`, `TRAILING_BYTES`. */
export function decodeTraceHead(value: Uint8Array): TraceHeadEntry {
  const reader = new Reader(value, 'a trace head');
  const head = {
    count: reader.u32(),
    lastBlock: reader.u64(),
    lastTx: reader.u32(),
    digest: reader.take(HASH_LENGTH),
  };
  reader.end();
  return head;
}

/**
 * The head after one more transaction; null is that of a trace without any. Tuples come in the order of block,
 * transaction and domain (by its bytes). Throws `BAD_HEX` for a txId that is none, `OUT_OF_RANGE`.
 */
export function extendTraceHead(head: TraceHeadEntry | null, tuple: TraceTuple): TraceHeadEntry {
  const { txId, block, txNum, domain } = tuple;
  const before = head?.digest ?? new Uint8Array(HASH_LENGTH);
  return {
    count: (head?.count ?? 0) + 1,
    lastBlock: block,
    lastTx: txNum,
    digest: sha256(before, fromHex(txId, HASH_LENGTH), u64(block), u32(txNum), lp(domain)),
  };
}
