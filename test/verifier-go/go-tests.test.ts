import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
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
