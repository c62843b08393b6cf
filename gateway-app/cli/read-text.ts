import { readFileSync } from 'node:fs';
import { CotraceError } from '@cotrace/core';

/** The text of a file that the user named. Throws `NO_FILE`. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CotraceError('NO_FILE', `${path} cannot be read`, { path }, cause);
  }
}
