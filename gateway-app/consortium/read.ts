import { CotraceError } from '@cotrace/core';
import { readJsonFile } from '../settings/json-file.js';
import { consortiumOf } from './check.js';
import type { Consortium } from './consortium.js';

/**
 * Reads a consortium file. Throws `CONFIG` with the member that is wrong, or where there is no such file; what names
 * the file is told by who asks for it.
 */
export function readConsortium(path: string): Consortium {
  const consortium = readJsonFile(path, 'make it again, or get it from whoever made it', consortiumOf);
  if (consortium !== null) return consortium;
  throw new CotraceError(
    'CONFIG',
    `there is no consortium file ${path}; correct the path in the file that names it (its member \`consortium\`), or put the file there`,
    { path },
  );
}
