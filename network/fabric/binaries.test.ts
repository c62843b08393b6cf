import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CotraceError } from '@cotrace/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findFabric } from './binaries.js';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cotrace-binaries-'));
  for (const name of ['bin', 'config']) mkdirSync(join(dir, name));
  for (const name of ['peer', 'orderer']) {
    writeFileSync(join(dir, 'bin', name), '');
    chmodSync(join(dir, 'bin', name), 0o755);
  }
  for (const name of ['core.yaml', 'orderer.yaml']) writeFileSync(join(dir, 'config', name), '');
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function refusal(env: Record<string, string>): string {
  try {
    findFabric(env);
  } catch (error) {
    if (error instanceof CotraceError && error.code === 'FABRIC_BIN') return error.message;
    throw error;
  }
  throw new Error('everything was found');
}

describe("Fabric's programs", () => {
  it('are found in FABRIC_BIN, the configuration beside it or in FABRIC_CONFIG', () => {
    const found = {
      peer: join(dir, 'bin', 'peer'),
      orderer: join(dir, 'bin', 'orderer'),
      config: join(dir, 'config'),
    };
    expect(findFabric({ FABRIC_BIN: join(dir, 'bin') })).toEqual(found);
    expect(findFabric({ FABRIC_BIN: join(dir, 'bin'), FABRIC_CONFIG: found.config })).toEqual(found);
  });

  it.each([
    ['nothing is said', () => ({}), 'FABRIC_BIN is not set'],
    ['there is no folder', () => ({ FABRIC_BIN: join(dir, 'no', 'bin') }), 'core.yaml is not there'],
    [
      'a program cannot be run',
      () => {
        chmodSync(join(dir, 'bin', 'orderer'), 0o644);
        return { FABRIC_BIN: join(dir, 'bin') };
      },
      'orderer cannot be run',
    ],
    [
      'the configuration is not whole',
      () => {
        rmSync(join(dir, 'config', 'orderer.yaml'));
        return { FABRIC_BIN: join(dir, 'bin') };
      },
      'orderer.yaml is not there',
    ],
  ])('where %s, say so, what to install and which versions are known to work', (_, env, told) => {
    const message = refusal(env());
    expect(message).toContain(told);
    expect(message).toMatch(/2\.5\.16 and 3\.1\.5.*install-fabric\.sh.*FABRIC_BIN.*FABRIC_CONFIG/);
  });
});
