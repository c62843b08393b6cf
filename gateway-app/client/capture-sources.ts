import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import { extname, join } from 'node:path';
import { CotraceError } from '@cotrace/core';
import { MAX_DOCUMENT_BYTES, type CaptureDocument } from './read-documents.js';

/** How standard input is named. */
export const STANDARD_INPUT = '-';

/** Names of files in a folder that are taken for EPCIS. */
const ENDINGS = new Set(['.json', '.jsonld', '.jsonl', '.ndjson']);

/** What names of files and folders stand for. */
export interface Sources {
  /** Read one after the other, whenever they are asked for. Throws `NO_FILE`. */
  readonly documents: Iterable<CaptureDocument>;
  /** What in the folders was left out. */
  readonly leftOut: readonly string[];
}

/**
 * The documents that `paths` name: files, whatever their names; folders, with the files below them whose names end as those of
 * EPCIS do, in the order of their names; and `-`, which is read from `stdin` at once, until `signal` is aborted.
 * Throws `NO_FILE` where something is not there or a folder has nothing, and `INTERRUPTED`.
 */
export async function openSources(
  paths: readonly string[],
  stdin: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<Sources> {
  const leftOut: string[] = [];
  const files = paths.flatMap((path) => {
    if (path === STANDARD_INPUT || !isFolder(path)) return [path];
    const found = filesBelow(path, leftOut);
    if (found.length > 0) return found;
    throw new CotraceError('NO_FILE', `${path} has no file that ends in ${[...ENDINGS].join(', ')}`, {
      path,
    });
  });
  const input = paths.includes(STANDARD_INPUT) ? await readAll(stdin, signal) : new Uint8Array();
  for (const path of files) if (path !== STANDARD_INPUT) requireReadable(path);
  return { documents: documentsOf(files, input), leftOut };
}

function* documentsOf(files: readonly string[], input: Uint8Array): Generator<CaptureDocument> {
  for (const name of files) yield { name, bytes: name === STANDARD_INPUT ? input : readBytes(name) };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function filesBelow(folder: string, leftOut: string[]): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path, leftOut);
      const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
      if (isFile && ENDINGS.has(extname(entry.name).toLowerCase())) return [path];
      leftOut.push(path);
      return [];
    });
}

/** Without opening it: whoever writes to a pipe would take that for its reader. */
function requireReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}

function readBytes(path: string): Uint8Array {
  try {
    const file = openSync(path, 'r');
    try {
      return readOpen(file);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}

/** At most a byte more than a document may have. The file may be a pipe, which has no size, or grow meanwhile. */
function readOpen(file: number): Uint8Array {
  let bytes = new Uint8Array(Math.min(fstatSync(file).size, MAX_DOCUMENT_BYTES) + 1);
  let length = 0;
  while (length <= MAX_DOCUMENT_BYTES) {
    if (length === bytes.length) bytes = grown(bytes);
    const read = readSync(file, bytes, length, bytes.length - length, null);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}

function grown(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(2 * bytes.length + 64 * 1024, MAX_DOCUMENT_BYTES + 1));
  larger.set(bytes);
  return larger;
}

async function readAll(stdin: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of untilAborted(stdin, signal)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_DOCUMENT_BYTES) break;
  }
  return Buffer.concat(chunks);
}

/** The chunks of `stdin`. Throws `INTERRUPTED`: whoever types may never end it. */
async function* untilAborted(
  stdin: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const aborted = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const chunks = stdin[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([chunks.next(), aborted]);
    if (next === null) throw new CotraceError('INTERRUPTED', 'interrupted: nothing was captured');
    if (next.done === true) return;
    yield next.value;
  }
}

function cannotRead(path: string, cause: unknown): CotraceError {
  return new CotraceError('NO_FILE', `${path} cannot be read`, { path }, cause);
}
