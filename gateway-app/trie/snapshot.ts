import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  arenaFromImage,
  concat,
  CotraceError,
  equalBytes,
  IMAGE_LAYOUT,
  imageOf,
  isCotraceError,
  lp,
  MalformedError,
  Reader,
  u64,
  utf8,
  type TrieArena,
} from '@cotrace/core';

const TAG = utf8('cotrace.trie-snapshot.v1\0');
const MAX_HEADER = 4096;
const PIECE = 1 << 20;

/** A trie as it was loaded, and what was stored with it. */
export interface LoadedTrie {
  readonly arena: TrieArena;
  readonly note: Uint8Array;
}

/**
 * Writes a committed trie to the file `path`: all of it, or nothing that anybody sees. `note`, up to 1 KiB, says what
 * the trie is of. The trie must not change until this has resolved; other events of the process go on meanwhile.
 */
export async function saveTrie(path: string, arena: TrieArena, note: Uint8Array): Promise<void> {
  const parts = imageOf(arena);
  const nodes = parts.at(-1)?.bytes.length ?? 0;
  const header = concat(TAG, lp(IMAGE_LAYOUT), lp(note), u64(BigInt(nodes)));
  const temporary = `${path}.part`;
  const file = await open(temporary, 'w');
  try {
    const hash = createHash('sha256');
    const write = async (bytes: Uint8Array): Promise<void> => {
      hash.update(bytes);
      await writeAll(file, bytes);
    };
    await write(lp(header));
    for (const { bytes } of parts) {
      for (let at = 0; at < bytes.length; at += PIECE) await write(bytes.slice(at, at + PIECE));
    }
    await writeAll(file, hash.digest());
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Loads what `saveTrie` wrote into a new arena of at most `bytes` bytes; null where there is no file, or one of other
 * kernels, whose layout may differ. Throws `BAD_SNAPSHOT` for a file that is damaged, and `TRIE_FULL`.
 */
export function loadTrie(path: string, bytes: number): LoadedTrie | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return readTrie(new HashedFile(file), bytes);
  } catch (error) {
    if (!(error instanceof MalformedError) || isCotraceError(error, 'BAD_SNAPSHOT')) throw error;
    throw new MalformedError('BAD_SNAPSHOT', 'the snapshot of the trie is damaged', { path }, error);
  } finally {
    closeSync(file);
  }
}

function readTrie(file: HashedFile, bytes: number): LoadedTrie | null {
  const length = new Reader(file.take(4), 'snapshot').u32();
  if (length > MAX_HEADER)
    throw new MalformedError('BAD_SNAPSHOT', 'the snapshot’s header is too long', { length });
  const header = new Reader(file.take(length), 'snapshot');
  header.expect(TAG);
  if (header.text(MAX_HEADER) !== IMAGE_LAYOUT) return null;
  const note = header.lp(MAX_HEADER);
  const nodes = header.u64();
  header.end();
  if (nodes > BigInt(Number.MAX_SAFE_INTEGER))
    throw new CotraceError('BAD_SNAPSHOT', 'too many bytes for a trie', { nodes });
  const arena = arenaFromImage(bytes, Number(nodes), (part) => {
    for (let at = 0; at < part.length; at += PIECE)
      part.set(file.take(Math.min(PIECE, part.length - at)), at);
  });
  file.end();
  return { arena, note };
}

/** A file that is read from its front, and hashed on the way. */
class HashedFile {
  readonly #file: number;
  readonly #hash: Hash = createHash('sha256');

  constructor(file: number) {
    this.#file = file;
  }

  take(length: number): Uint8Array {
    const bytes = this.#read(length);
    this.#hash.update(bytes);
    return bytes;
  }

  /** The hash of all that was taken comes last. */
  end(): void {
    const digest = new Uint8Array(this.#hash.digest());
    if (!equalBytes(this.#read(32), digest) || readSync(this.#file, new Uint8Array(1)) !== 0) {
      throw new MalformedError('BAD_SNAPSHOT', 'the snapshot’s hash does not match');
    }
  }

  #read(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const read = readSync(this.#file, bytes, at, length - at, null);
      if (read === 0) throw new MalformedError('BAD_SNAPSHOT', 'the snapshot ends too early');
      at += read;
    }
    return bytes;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
}
