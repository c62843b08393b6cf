import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cotrace } from './acceptance/cotrace.js';
import { repository } from './architecture/sources.js';
import { examplesOf, fits } from './readme/examples.js';
import { runExample } from './readme/run-example.js';

// The first example starts a network, on a machine that may be busy.
jest.setTimeout(120_000);

describe('examples of a document', () => {
  const document = [
    'Do this:',
    '```sh',
    'rm -rf everything',
    '```',
    '```sh test',
    'echo rice',
    '```',
    'It prints',
    '```text',
    'rice',
    '```',
    '```sh test',
    'true',
    '```',
    '```json',
    '{}',
    '```',
  ].join('\n');

  it('are the marked blocks, with the output that follows', () => {
    expect(examplesOf(document)).toEqual([
      { line: 6, commands: 'echo rice\n', output: 'rice\n' },
      { line: 13, commands: 'true\n', output: null },
    ]);
  });

  it.each([
    ['a\nb\n', 'a\nb\n', true],
    ['a\nb\n', 'a\n', false],
    ['a\n', 'a\nb\n', false],
    ['up in /tmp/x\n', 'up in …\n', true],
    ['up in /tmp/x\nmore\n', 'up in …\n', false],
    ['1\n2\n3\n', '…\n3\n', true],
    ['3\n', '…\n3\n', true],
    ['1 (2)\n', '1 (3)\n', false],
    ['1.\n', '1x\n', false],
  ])('%j beside %j', (output, expected, fitting) => {
    expect(fits(output, expected)).toBe(fitting);
  });
});

describe('README.md', () => {
  const examples = examplesOf(readFileSync(join(repository, 'README.md'), 'utf8'));
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cotrace-readme-'));
  });

  afterAll(async () => {
    const { code } = await new Cotrace(join(folder, '.cotrace')).run('network', 'down', '--purge');
    rmSync(folder, { recursive: true, force: true });
    expect(code).toBe(0);
  });

  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it.each(examples)('shows in line $line what happens', (example) => {
    runExample(example, folder);
  });
});
