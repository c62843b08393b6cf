import { spawnSync } from 'node:child_process';
import { expect } from '@jest/globals';
import { COMMAND } from '../acceptance/cotrace.js';
import { fits, type Example } from './examples.js';

/** Runs the commands of an example in `folder`, with this checkout's `cotrace` and this Node, and compares what they print. */
export function runExample({ commands, output }: Example, folder: string): void {
  const functions = 'cotrace() { "$NODE" "$COTRACE" "$@"; }\nnode() { "$NODE" "$@"; }\n';
  const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', functions + commands], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE: process.execPath, COTRACE: COMMAND },
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  if (output !== null && !fits(stdout, output)) expect(stdout).toBe(output);
}
