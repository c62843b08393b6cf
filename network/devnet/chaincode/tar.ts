import { gunzipSync } from 'node:zlib';
import { CotraceError } from '@cotrace/core';
import { FABRIC_MESSAGE_BYTES } from '../limits.js';
import { messageOf } from '../rpc/rpc-error.js';

/** A file, or another thing, of a tar archive. */
export interface TarEntry {
  /** Without a leading `./`. */
  readonly name: string;
  readonly isFile: boolean;
  /** Letter that says what it is: `5` is a folder. */
  readonly type: string;
  readonly content: Uint8Array;
}

const BLOCK = 512;
const NAME = { start: 0, length: 100 };
const SIZE = { start: 124, length: 12 };
const TYPE = 156;
const PREFIX = { start: 345, length: 155 };
/** Attributes that pax and GNU put before an entry; names so long that they need them do not occur in packages. */
const EXTENSIONS: readonly string[] = ['x', 'L', 'K'];

function bad(message: string, cause?: unknown): CotraceError {
  return new CotraceError('BAD_PACKAGE', message, {}, cause);
}

function text(header: Uint8Array, { start, length }: typeof NAME): string {
  const bytes = header.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString();
}

/**
 * Entries of a `.tar.gz`, in order. Of what it unpacks to, no more than the largest message is taken: archives come
 * from clients. Throws `BAD_PACKAGE`.
 */
export function readTarGz(bytes: Uint8Array): TarEntry[] {
  let archive: Uint8Array;
  try {
    archive = gunzipSync(bytes, { maxOutputLength: FABRIC_MESSAGE_BYTES });
  } catch (cause) {
    throw bad(`error reading as gzip stream: ${messageOf(cause)}`, cause);
  }
  const entries: TarEntry[] = [];
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const { size, ...entry } = readHeader(header);
    const start = at + BLOCK;
    if (start + size > archive.length) throw bad('error inspecting next tar header: unexpected EOF');
    if (!EXTENSIONS.includes(entry.type))
      entries.push({ ...entry, content: archive.slice(start, start + size) });
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

function readHeader(header: Uint8Array): Omit<TarEntry, 'content'> & { readonly size: number } {
  const octal = text(header, SIZE).trim();
  if (!/^[0-7]{1,11}$/.test(octal))
    throw bad('error inspecting next tar header: archive/tar: invalid tar header');
  const type = String.fromCharCode(header[TYPE] ?? 0).replace('\0', '0');
  const prefix = text(header, PREFIX);
  const name = `${prefix === '' ? '' : `${prefix}/`}${text(header, NAME)}`.replace(/^\.\//, '');
  return { name, type, isFile: type === '0', size: parseInt(octal, 8) };
}
