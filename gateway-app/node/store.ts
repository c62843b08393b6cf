import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checkStoreIdentity,
  CotraceError,
  encodeStoreIdentity,
  STORE_IDENTITY_KEY,
  type StoreIdentity,
} from '@cotrace/core';
import { ClassicLevel } from 'classic-level';
import { errorCode } from '../settings/error-code.js';

/** An ordered key-value store of a node: text keys, bytes as values, synced atomic batches. */
export type Store = ClassicLevel<string, Uint8Array>;
export type StoreBatch = ReturnType<Store['batch']>;

/** A row to be written; null removes it. */
export interface RowWrite {
  readonly key: string;
  readonly bytes: Uint8Array | null;
}

/** How a database lays out what it writes from now on; it reads whatever is there. */
export interface DatabaseOptions {
  /** Bytes that are compressed together, and read together; by default LevelDB's 4,096. */
  readonly blockSize?: number;
}

/**
 * Opens the store of `owner` in `folder`, or makes it where there is none. Before anything else is read it is checked
 * whose it is: throws `WRONG_STORE`, `STORE_LAYOUT` and `STORE_DAMAGED` as `checkStoreIdentity`, and as `openDatabase`. A
 * store of an older layout that can be read has today's from then on.
 */
export async function openStore(
  folder: string,
  owner: StoreIdentity,
  options: DatabaseOptions = {},
): Promise<Store> {
  const store = await openDatabase(folder, options);
  try {
    const row = read(store, STORE_IDENTITY_KEY);
    const [first] = row === null ? await store.keys({ limit: 1 }).all() : [STORE_IDENTITY_KEY];
    if (first === undefined || checkStoreIdentity(row, owner, folder) === 'older') {
      await commit(store, store.batch().put(STORE_IDENTITY_KEY, encodeStoreIdentity(owner)));
    }
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Opens (or creates) the database in `folder`, whoever it belongs to. One process at a time: a second one gets
 * `STORE_LOCKED`; a damaged one gets `STORE_FAILED` with the cause, and nothing is overwritten.
 */
export async function openDatabase(folder: string, options: DatabaseOptions = {}): Promise<Store> {
  const store: Store = new ClassicLevel(folder, { ...options, keyEncoding: 'utf8', valueEncoding: 'view' });
  try {
    await store.open();
  } catch (cause) {
    const locked = errorCode(causeOf(cause)) === 'LEVEL_LOCKED';
    throw locked
      ? new CotraceError('STORE_LOCKED', `another process uses ${folder}; stop it first`, { folder }, cause)
      : new CotraceError('STORE_FAILED', `the store in ${folder} cannot be opened`, { folder }, cause);
  }
  return store;
}

/**
 * Writes a batch and waits until it is on disk; all of it is there after a crash, or none. Throws `STORE_FAILED`: the
 * batch may be there all the same, and LevelDB takes no more until the store is opened anew.
 */
export async function commit(store: Store, batch: StoreBatch): Promise<void> {
  await write(store, batch, true);
}

/** As `commit`, without waiting for the disk: after a crash of the machine the newest of these may not be there. */
export async function commitSoon(store: Store, batch: StoreBatch): Promise<void> {
  await write(store, batch, false);
}

/** Adds rows to a batch. */
export function putRows(batch: StoreBatch, rows: readonly RowWrite[]): void {
  for (const { key, bytes } of rows) {
    if (bytes === null) batch.del(key);
    else batch.put(key, bytes);
  }
}

async function write(store: Store, batch: StoreBatch, sync: boolean): Promise<void> {
  try {
    await batch.write({ sync });
  } catch (cause) {
    const folder = store.location;
    throw new CotraceError(
      'STORE_FAILED',
      `the store in ${folder} cannot be written; free space on its disk or repair it, then start the node again`,
      { folder },
      cause,
    );
  }
}

/** Value of `key`, or null; synchronous, for small reads. */
export function read(store: Store, key: string): Uint8Array | null {
  return store.getSync(key) ?? null;
}

/** The key part of a number that sorts as the number does: 16 hexadecimal digits. */
export function ordered(value: bigint): string {
  return value.toString(16).padStart(16, '0');
}

/** The least text greater than every text that begins with `prefix`, which ends in an ASCII character. */
export function endOfPrefix(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

/** Bytes of all files in a folder; a folder that is not there has none. */
export async function folderBytes(folder: string): Promise<number> {
  let total = 0;
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) total += await folderBytes(path);
    else total += await sizeOf(path);
  }
  return total;
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** A store removes files while it is measured: such a file counts as nothing. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
