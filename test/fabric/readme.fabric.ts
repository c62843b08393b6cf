import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { repository } from '../architecture/sources.js';

// A network of seven programs starts, on a machine that may be busy.
jest.setTimeout(300_000);

/** The arguments of the commands that the README shows for Fabric's own programs. */
const commands = readFileSync(join(repository, 'README.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const args = /^npm start -- (--backend fabric .*)$/.exec(line)?.[1];
    return args === undefined ? [] : [args.split(' ')];
  });

describe("the README's commands on Fabric's own programs, one after the other", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cotrace-readme-'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are two', () => {
    expect(commands).toHaveLength(2);
  });

  it.each(commands.map((args) => [args.join(' '), args] as const))('npm start -- %s', (_, args) => {
    const home = args.indexOf('--home') + 1;
    const moved = home === 0 ? args : args.with(home, join(folder, args[home] ?? ''));
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(repository, 'scripts', 'start.mjs'), ...moved, '--once'],
      // A command that keeps the default folder would leave its network there, and meet the one before.
      { cwd: home === 0 ? folder : repository, encoding: 'utf8' },
    );
    expect({ status, stderr }).toMatchObject({ status: 0 });
  });
});
