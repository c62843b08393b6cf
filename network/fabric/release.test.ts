import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseTopology } from '../topology.js';
import { releaseOf, requireRelease } from './release.js';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cotrace-release-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Programs of a release, of which only what they say of themselves matters. */
function programs(says: string) {
  const peer = join(dir, 'peer');
  writeFileSync(peer, `#!/bin/sh\n${says}\n`, { mode: 0o755 });
  return { peer, orderer: peer, config: dir };
}

const version = (release: string) =>
  programs(`printf 'peer:\\n Version: ${release}\\n Go version: go1.25.1\\n'`);

const BFT = parseTopology('orderer: { consensus: bft, nodes: 4 }\n');
const V3 = parseTopology('capability: V3_0\n');
const RAFT = parseTopology('orderer: { consensus: raft, nodes: 3 }\n');

describe("the release of Fabric's programs", () => {
  it.each(['3.1.5', 'v2.5.16'])('is read from %s', (text) => {
    expect(releaseOf(version(text))).toBe(text.replace('v', ''));
  });

  it.each([
    ['BFT', BFT, 'BFT ordering needs Fabric 3.x'],
    ['capability V3_0', V3, 'capability V3_0 needs Fabric 3.x'],
  ])('must be 3.x for %s', (_, topology, message) => {
    expect(() => requireRelease(topology, version('2.5.16'))).toThrow(
      expect.objectContaining({ code: 'FABRIC_BIN', message: expect.stringContaining(message) as unknown }),
    );
    expect(() => requireRelease(topology, version('3.0.0'))).not.toThrow();
  });

  it('does not matter otherwise', () => {
    expect(() => requireRelease(RAFT, version('2.5.16'))).not.toThrow();
  });

  it.each(['echo nothing', 'exit 1'])('is missed where the program only does `%s`', (says) => {
    expect(() => releaseOf(programs(says))).toThrow(expect.objectContaining({ code: 'FABRIC_BIN' }));
  });
});
