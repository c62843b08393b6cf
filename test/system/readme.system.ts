import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Cotrace } from '../acceptance/cotrace.js';
import { repository } from '../architecture/sources.js';
import { examplesOf } from '../readme/examples.js';
import { runExample } from '../readme/run-example.js';

// The first example starts a network, on a machine that may be busy.
jest.setTimeout(120_000);

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
