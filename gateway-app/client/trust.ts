import { existsSync } from 'node:fs';
import { CotraceError } from '@cotrace/core';
import { nodeVerifier, readTextFile } from '@cotrace/network';
import { readTrust, type Trust } from '@cotrace/verifier';
import { Workspace } from '../workspace/workspace.js';

/** Path of the trust file: the one that is given, or that of the network in `home`. Throws `USAGE` where that has none. */
export function trustPath(given: string | null, home: string): string {
  const own = new Workspace(home).trust;
  if (given !== null || existsSync(own)) return given ?? own;
  throw new CotraceError(
    'USAGE',
    `name the trust file of the network with --trust FILE; there is none at ${own}`,
    { path: own },
  );
}

/** Reads a trust file. Throws `NO_FILE`, `BAD_UTF8`, and what `readTrust` throws. */
export function loadTrust(path: string): Trust {
  return readTrust(readTextFile(path, 'NO_FILE'), nodeVerifier);
}
