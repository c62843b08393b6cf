import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { isCotraceError } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import { chromiumPath, startChromium } from '../../core/block-index/testing/chromium.js';
import { readTrust } from '../../verifier/proof/trust.js';
import { answerJson } from '../../verifier/trace-proof/answer.js';
import { readTraceProof } from '../../verifier/trace-proof/proof-file.js';
import { prove } from '../../verifier/trace-proof/testing/prove.js';
import { verifyTraceProof } from '../../verifier/trace-proof/verify-trace-proof.js';
import { repository } from '../architecture/sources.js';
import { Random } from '../faults/random.js';
import { mutated } from '../verifier/trace-proof-mutations.js';
import { ProofWorld, QUORUM } from '../verifier/trace-proof-scene.js';
import { chain, corrected, A, Y } from '../verifier/trace-proof-scenes.js';
import { readVectors } from '../verifier/trace-proof-vectors.js';

const path = chromiumPath();
const describeInBrowser = path === null ? describe.skip : describe;
const MUTANTS = process.env['CI_DEEP'] === '1' ? 10_000 : 500;
const SEED = Number(process.env['COTRACE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const folder = join(repository, 'verifier/dist/browser');
const ORDINARY = ['lineage both ways', 'lineage down', 'lineage of a container', 'lineage up', 'own events'];
/** How many proofs a page is given at once. */
const BATCH = 50;

interface File {
  readonly title: string;
  readonly proof: string;
  readonly trust: string;
}

/** What the page does: all of it with what a page would load. */
const SCRIPT = `
import { answerJson, verify } from './verify.js';
window.verdictOf = async ({ proof, trust }) => {
  try {
    return answerJson(await verify(proof, trust));
  } catch (error) {
    return typeof error.code === 'string' ? error.code + ': ' + error.message : String(error);
  }
};
`;

/** A page of a site that serves the bundles; what it loads is added to \`loaded\`. Browsers have WebCrypto on https alone. */
async function openPage(browser: Browser, origin: string, loaded: Set<string>): Promise<Page> {
  const page = await browser.newPage();
  await page.route(`${origin}/**`, async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === '') {
      await route.fulfill({
        contentType: 'text/html',
        body: '<!doctype html><script type="module" src="page.js"></script>',
      });
      return;
    }
    if (name !== 'page.js') loaded.add(name);
    const body = name === 'page.js' ? SCRIPT : readFileSync(join(folder, name), 'utf8');
    await route.fulfill({ contentType: 'text/javascript', body });
  });
  await page.goto(`${origin}/`);
  await page.waitForFunction('window.verdictOf !== undefined');
  return page;
}

/** What the page says of each. */
async function saidBy(page: Page, files: readonly File[]): Promise<[string, string][]> {
  const said: string[] = [];
  for (let at = 0; at < files.length; at += BATCH) {
    const batch = JSON.stringify(files.slice(at, at + BATCH));
    said.push(
      ...(await page.evaluate<string[]>(
        `(async () => { const said = []; for (const file of ${batch}) said.push(await verdictOf(file)); return said; })()`,
      )),
    );
  }
  return files.map(({ title }, at) => [title, said[at] ?? '']);
}

/** What Node says, with OpenSSL's signatures. */
function saidByNode({ proof, trust }: File): string {
  try {
    return answerJson(verifyTraceProof(readTraceProof(proof), readTrust(trust, nodeVerifier), null));
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

/** Honest proofs changed by chance and by liars. */
async function mutants(world: ProofWorld, count: number, seed: number): Promise<File[]> {
  const random = new Random(seed);
  const honest = await Promise.all(
    (
      [
        [chain(world), Y, 'up'],
        [corrected(world), A, 'down'],
      ] as const
    ).map(async ([ledger, traceId, direction]) => ({
      ledger,
      proof: await prove(ledger, { traceId, direction, attestedBy: QUORUM }),
    })),
  );
  const files: File[] = [];
  for (let at = 0; at < count; at++) {
    const { ledger, proof } = random.one(honest);
    const title = `mutation ${at} of seed ${seed}`;
    files.push({ title, proof: await mutated(proof, ledger, random), trust: world.trustText });
  }
  return files;
}

describeInBrowser('the verifier for browsers, in Chromium', () => {
  const vectors: readonly File[] = readVectors().map(({ name, proof, trust }) => ({
    title: name,
    proof,
    trust,
  }));
  let world: ProofWorld;
  let browser: Browser | null = null;
  let all: readonly File[];
  let wanted: readonly [string, string][];

  beforeAll(async () => {
    world = await ProofWorld.create();
    all = [...vectors, ...(await mutants(world, MUTANTS, SEED))];
    wanted = all.map((file) => [file.title, saidByNode(file)]);
    browser = await startChromium(path ?? '');
  }, 900_000);

  afterAll(async () => {
    await browser?.close();
    await world.remove();
  }, 60_000);

  it('loads nothing but its first file for ordinary proofs', async () => {
    if (browser === null) throw new Error('there is no browser');
    const loaded = new Set<string>();
    const page = await openPage(browser, 'https://verifier.test', loaded);
    const ordinary = vectors.filter(({ title }) => ORDINARY.includes(title));
    expect(ordinary).toHaveLength(ORDINARY.length);
    expect(await saidBy(page, ordinary)).toEqual(wanted.filter(([title]) => ORDINARY.includes(title)));
    expect([...loaded]).toEqual(['verify.js']);
    await page.close();
  }, 60_000);

  it.each<[string, string, number, string[]]>([
    [
      'by WebCrypto, and loads no curves for it',
      'https://verifier.test',
      1,
      ['verify-in-full.js', 'verify.js'],
    ],
    [
      'in JavaScript where there is no WebCrypto',
      'http://verifier.test',
      5,
      ['ecdsa-in-javascript.js', 'verify-in-full.js', 'verify.js'],
    ],
  ])(
    'says of vectors, forgeries and mutated proofs what Node says, to the byte: %s',
    async (_how, origin, every, files) => {
      if (browser === null) throw new Error('there is no browser');
      const loaded = new Set<string>();
      const page = await openPage(browser, origin, loaded);
      const chosen = all.filter((_file, at) => at % every === 0);
      expect(await saidBy(page, chosen)).toEqual(wanted.filter((_said, at) => at % every === 0));
      expect([...loaded].sort()).toEqual(files);
      expect(await page.evaluate('isSecureContext')).toBe(origin.startsWith('https:'));
      await page.close();
    },
    900_000,
  );
});
