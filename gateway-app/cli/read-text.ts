import { readTextFile } from '@cotrace/network';

/** The text of a file that the user named. Throws `NO_FILE`, `BAD_UTF8`. */
export function readText(path: string): string {
  return readTextFile(path, 'NO_FILE');
}
