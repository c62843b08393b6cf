import { readFileSync } from 'node:fs';
import {
  CotraceError,
  fromUtf8,
  isCotraceError,
  parseStrictJson,
  Shape,
  type JsonValue,
} from '@cotrace/core';
import { errorCode } from './error-code.js';

/** A consortium file of a thousand organisations, each with a node in every domain, has some 10 MB. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * What `read` makes of a file of JSON that commands write and read back; null where there is none. `advice` says
 * what to do about a file that is not as it must be. Throws `CONFIG` with the file and the member that is wrong, and
 * the system's error where the file cannot be read.
 */
export function readJsonFile<T>(path: string, advice: string, read: (root: Shape) => T): T | null {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  const source = { code: 'CONFIG', locate: () => path, advice, evidence: { path } } as const;
  return read(new Shape(parse(bytes, path, advice), source));
}

function parse(bytes: Uint8Array, path: string, advice: string): JsonValue {
  try {
    return parseStrictJson(fromUtf8(bytes), MAX_BYTES);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    throw new CotraceError('CONFIG', `${path} is not JSON that can be used; ${advice}`, { path }, error);
  }
}
