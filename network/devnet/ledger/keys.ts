import { concat, fromUtf8, lp, Reader, STORE_IDENTITY_KEY, u32, u64, utf8 } from '@cotrace/core';

/**
 * Keys of the store. One letter names the table; numbers are big-endian, so that the order of keys is
 * the order of blocks; names that others choose carry their length, so that no two keys can meet.
 */
const table = (letter: string): Uint8Array => utf8(letter);
const BLOCK = table('b');
const HASH = table('h');
const TRANSACTION = table('x');
const STATE = table('s');
const HISTORY = table('y');
const HASHED = table('p');
const PRIVATE = table('v');
const TRANSIENT = table('t');
const TIP = table('n');
/** Above every key of a namespace: 0xff occurs in no UTF-8 text. */
const ABOVE = Uint8Array.of(0xff);

/** Where the record of the newest block stands. */
export const TIP_KEY = TIP;

/** Where the row stands that says whose the store is; no table has this letter. */
export const IDENTITY_KEY = utf8(STORE_IDENTITY_KEY);

export const blockKey = (blockNum: bigint): Uint8Array => concat(BLOCK, u64(blockNum));
export const hashKey = (headerHash: Uint8Array): Uint8Array => concat(HASH, headerHash);
export const transactionKey = (txId: string): Uint8Array => concat(TRANSACTION, utf8(txId));

function prefix(letter: Uint8Array, namespace: string): Uint8Array {
  const name = utf8(namespace);
  return concat(letter, u32(name.length), name);
}

export const stateKey = (namespace: string, key: string): Uint8Array =>
  concat(prefix(STATE, namespace), utf8(key));

/** Of the state of a private collection, which holds hashes alone. */
export const hashedKey = (namespace: string, collection: string, keyHash: Uint8Array): Uint8Array =>
  concat(prefix(HASHED, namespace), lp(collection), keyHash);

function privatePrefix(namespace: string, collection: string): Uint8Array {
  return concat(prefix(PRIVATE, namespace), lp(collection));
}

/** Of the state of a private collection itself. */
export const privateKey = (namespace: string, collection: string, key: string): Uint8Array =>
  concat(privatePrefix(namespace, collection), utf8(key));

/** Of what a transaction that is not committed yet will write in private collections. */
export const transientKey = (txId: string): Uint8Array => concat(TRANSIENT, utf8(txId));

/** Bounds of all transient keys. */
export const TRANSIENT_BOUNDS: Bounds = { gte: TRANSIENT, lt: concat(TRANSIENT, ABOVE) };

/** Transaction of a transient key. */
export const transientTxId = (key: Uint8Array): string => fromUtf8(key.subarray(TRANSIENT.length));

/** Bounds of a part of the store. */
export interface Bounds {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
}

/** Bounds of the keys of a private collection that begin with a text, and the length of what is before a key. */
export function privateBounds(
  namespace: string,
  collection: string,
  start: string,
): Bounds & { readonly prefixLength: number } {
  const collectionPrefix = privatePrefix(namespace, collection);
  const gte = concat(collectionPrefix, utf8(start));
  return { gte, lt: concat(gte, ABOVE), prefixLength: collectionPrefix.length };
}

/** Bounds of a range of state keys, `end` '' meaning to the end of the namespace. */
export function stateBounds(
  namespace: string,
  start: string,
  end: string,
): { readonly gte: Uint8Array; readonly lt: Uint8Array; readonly prefixLength: number } {
  const namespacePrefix = prefix(STATE, namespace);
  return {
    gte: concat(namespacePrefix, utf8(start)),
    lt: concat(namespacePrefix, end === '' ? ABOVE : utf8(end)),
    prefixLength: namespacePrefix.length,
  };
}

function historyPrefix(namespace: string, key: string): Uint8Array {
  const name = utf8(key);
  return concat(prefix(HISTORY, namespace), u32(name.length), name);
}

export const historyKey = (namespace: string, key: string, blockNum: bigint, txNum: number): Uint8Array =>
  concat(historyPrefix(namespace, key), u64(blockNum), u32(txNum));

/** Bounds of the history of one key. */
export function historyBounds(
  namespace: string,
  key: string,
): { readonly gte: Uint8Array; readonly lte: Uint8Array } {
  const start = historyPrefix(namespace, key);
  return { gte: start, lte: concat(start, new Uint8Array(12).fill(0xff)) };
}

/** Block and transaction number at the end of a history key. */
export function historyPlace(historyKeyBytes: Uint8Array): { blockNum: bigint; txNum: number } {
  const reader = new Reader(historyKeyBytes.subarray(-12), 'history key');
  return { blockNum: reader.u64(), txNum: reader.u32() };
}
