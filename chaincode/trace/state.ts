import { canonicalJson, fromUtf8, utf8 } from '@cotrace/core';
import type fabric from 'fabric-contract-api';

/** What a transaction reads from and writes to: the state of its own domain. */
export type Stub = fabric.Context['stub'];

/**
 * Reads a value that this contract has written, or null if there is none. Reads see the state before this
 * transaction, never its own writes (Fabric simulates against a snapshot).
 */
export async function readState<Value>(stub: Stub, key: string): Promise<Value | null> {
  const bytes = await stub.getState(key);
  return bytes.length === 0 ? null : (decodeState(bytes) as Value);
}

/** The value in bytes that `writeState` has written. */
export function decodeState(bytes: Uint8Array): unknown {
  return JSON.parse(fromUtf8(bytes));
}

/** Writes a value as canonical JSON, so that every endorser writes the same bytes. */
export async function writeState(stub: Stub, key: string, value: object): Promise<void> {
  await stub.putState(key, utf8(canonicalJson(value)));
}
