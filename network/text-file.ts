import { readFileSync } from 'node:fs';
import { CotraceError, type ErrorCode, fromUtf8, isCotraceError } from '@cotrace/core';

/**
 * The text of a file. Throws `code` where it cannot be read, with `advice` on what to do, and `BAD_UTF8` where it is not
 * text in UTF-8, naming the first byte that is wrong.
 */
export function readTextFile(path: string, code: ErrorCode, advice = ''): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new CotraceError(code, `${path} cannot be read${advice}`, { path }, cause);
  }
  return textOfFile(bytes, path);
}

/** Text of the bytes of a file. Throws `BAD_UTF8`, naming the file and the first byte that is wrong. */
export function textOfFile(bytes: Uint8Array, path: string): string {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    if (!isCotraceError(cause, 'BAD_UTF8')) throw cause;
    const offset = Number(cause.detail['offset']);
    throw new CotraceError(
      'BAD_UTF8',
      `${path} is not text in UTF-8: its byte ${offset + 1} is wrong; save it as UTF-8`,
      { path, offset },
      cause,
    );
  }
}
