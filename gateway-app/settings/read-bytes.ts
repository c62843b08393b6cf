import { readFileSync } from 'node:fs';
import { CotraceError } from '@cotrace/core';

/** The bytes of a file that somebody named. Throws `CONFIG` where it cannot be read. */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CotraceError('CONFIG', `${path} cannot be read; is the path right?`, { path }, cause);
  }
}
