import { concat, utf8 } from '../bytes/bytes.js';
import { lp, Reader, u32, u64 } from '../bytes/codec.js';
import { hashField } from '../formats/fields.js';
import { HASH_LENGTH } from '../hash.js';
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
