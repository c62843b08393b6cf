import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeVerifier } from '@cotrace/network';
import { readTrust } from '@cotrace/verifier';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConsortium } from '../consortium/read.js';
import { putExampleConsortium } from '../testing/example-consortium.js';
import { spoken } from '../testing/printed.js';
import { consortium } from './consortium.js';
import { EXIT, Output } from './output.js';

let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cotrace-make-'));
  await putExampleConsortium(dir);
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

const NAMES = ['consortium.json', 'trust.json'];

/** What the command says of the example, whose files it writes into a folder that is not there yet. */
async function made(json = false) {
  const out = join(mkdtempSync(join(dir, 'made-')), 'files');
  const shown = await spoken(() =>
    Promise.resolve(consortium(join(dir, 'consortium.yaml'), out, new Output(json))),
  );
  const files = NAMES.map((name) => {
    const path = join(out, name);
    return { path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') };
  });
  return { ...shown, out, files };
}

describe('cotrace consortium', () => {
  it('writes files that nodes, clients and verifiers read, into a folder that it makes', async () => {
    const { code, out } = await made();
    expect(code).toBe(EXIT.done);
    expect(readConsortium(join(out, 'consortium.json')).nodes).toHaveLength(7);
    const trust = readTrust(readFileSync(join(out, 'trust.json'), 'utf8'), nodeVerifier);
    expect(trust.membership.quorum).toBe(2);
    expect(readFileSync(join(out, 'consortium.json'), 'utf8')).toMatch(/^\{\n {2}"version": 3,\n/);
  });

  it('says what to compare, who must agree, and what will not last', async () => {
    const { text, files } = await made();
    expect(text.split('\n')).toEqual([
      ...files.map(({ sha256, path }) => `${sha256}  ${path}`),
      '7 nodes and clients; 2 of 2 members must agree: FarmMSP, ShopMSP',
      expect.stringMatching(/^warning: .*the quorum has no spare/),
      'Every organisation must have the same files: compare the digests before you start a node.',
      '',
    ]);
  });

  it('shows the same as JSON', async () => {
    const { text, files } = await made(true);
    expect(JSON.parse(text)).toEqual({
      files,
      ...{ quorum: 2, members: ['FarmMSP', 'ShopMSP'], nodes: 7 },
      warnings: [expect.stringContaining('the quorum has no spare')],
    });
  });
});
