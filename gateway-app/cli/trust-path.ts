import { existsSync } from 'node:fs';
import { CotraceError } from '@cotrace/core';
import { Workspace } from '../workspace/workspace.js';

/** Path of the trust file: the one that is given, or that of the network in `home`. Throws `USAGE` where that has none. */
export function trustPath(given: string | undefined, home: string): string {
  const own = new Workspace(home).trust;
  if (given !== undefined || existsSync(own)) return given ?? own;
  throw new CotraceError(
    'USAGE',
    `name the trust file of the network with --trust FILE; there is none at ${own}`,
    { path: own },
  );
}
