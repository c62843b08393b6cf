import { concat, HASH_LENGTH, lp, Reader, u32, u64, u8 } from '@cotrace/core';
import type { Version } from '@cotrace/fabric-model';
import { validationCode } from './validation-code.js';
import type { TransactionLocation } from './types.js';

/** Version of the store's layout; another one is refused at opening. */
const LAYOUT = 1;

/** Value of a key in the state, with its metadata: `KVMetadataWrite` bytes without key, empty if none. */
export interface VersionedValue {
  readonly value: Uint8Array;
  readonly metadata: Uint8Array;
  readonly version: Version;
}

/** Record: `u64 blockNum || u32 txNum || lp(metadata) || value`. */
export function encodeValue({ value, metadata, version }: VersionedValue): Uint8Array {
  return concat(u64(version.blockNum), u32(version.txNum), lp(metadata), value);
}

export function decodeValue(bytes: Uint8Array): VersionedValue {
  const reader = new Reader(bytes, 'state record');
  const version = { blockNum: reader.u64(), txNum: reader.u32() };
  const metadata = reader.lp(bytes.length);
  return { value: reader.take(reader.left), metadata, version };
}

/** Record: `u64 blockNum || u32 txNum || u8 code`. */
export function encodeLocation(location: TransactionLocation): Uint8Array {
  return concat(u64(location.blockNum), u32(location.txNum), u8(location.code));
}

export function decodeLocation(bytes: Uint8Array): TransactionLocation {
  const reader = new Reader(bytes, 'transaction record');
  return { blockNum: reader.u64(), txNum: reader.u32(), code: validationCode(reader.u8()) };
}

/** What the next block needs to know of the chain so far. */
export interface Tip {
  readonly height: bigint;
  readonly headerHash: Uint8Array;
  readonly lastConfig: bigint;
  /** Commit hash of the newest block; empty after block 0, which has none. */
  readonly commitHash: Uint8Array;
}

/** Record: `u8 layout || u64 height || 32 bytes headerHash || u64 lastConfig || lp(commitHash)`. */
export function encodeTip(tip: Tip): Uint8Array {
  return concat(u8(LAYOUT), u64(tip.height), tip.headerHash, u64(tip.lastConfig), lp(tip.commitHash));
}

export function decodeTip(bytes: Uint8Array): Tip {
  const reader = new Reader(bytes, 'tip record');
  reader.expect(u8(LAYOUT));
  const tip = {
    height: reader.u64(),
    headerHash: reader.take(HASH_LENGTH),
    lastConfig: reader.u64(),
    commitHash: reader.lp(HASH_LENGTH),
  };
  reader.end();
  return tip;
}
