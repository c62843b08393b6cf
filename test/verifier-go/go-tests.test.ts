import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { goEnvironment, whyNotGo } from '../differential/go-program.js';
import { MODULE } from './go-verifier.js';

const describeWithGo = whyNotGo(MODULE) === null ? describe : describe.skip;

describeWithGo('the verifier in Go', () => {
  it('passes its own tests', () => {
    const { status, stdout, stderr } = spawnSync('go', ['test', './...'], {
      cwd: MODULE,
      encoding: 'utf8',
      env: goEnvironment(),
    });
    expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
  });
});

describe('the text of the verifier in Go', () => {
  it('has at most 4,000 lines', () => {
    const files = readdirSync(MODULE, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.go') && !file.endsWith('_test.go'),
    );
    const lines = files.map((file) => readFileSync(join(MODULE, file), 'utf8').split('\n').length - 1);
    expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(4000);
    expect(lines.length).toBeGreaterThan(10);
  });
});
