import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromiumPath, startChromium } from '../../core/block-index/testing/chromium.js';
import { repository } from '../architecture/sources.js';
import { judgedProofs, type JudgedProof } from '../verifier/proof-texts.js';
import { ProofWorld, QUORUM } from '../verifier/trace-proof-scene.js';
import { X } from '../verifier/trace-proof-scenes.js';

const path = chromiumPath();
const describeInBrowser = path === null ? describe.skip : describe;
const COUNT = process.env['CI_DEEP'] === '1' ? 10_000 : 500;
const SEED = Number(process.env['COTRACE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const folder = join(repository, 'verifier/dist/browser');

/** What the page does: all of it with what a page would load. */
const SCRIPT = `
import { verify } from './verify.js';
window.verdictOf = async (text, trust) => {
  try {
    return JSON.stringify(await verify(text, trust), (name, value) =>
      typeof value === 'bigint' ? value.toString() : value);
  } catch (error) {
    return typeof error.code === 'string' ? error.code : String(error);
  }
};
`;

/** A page of a site that serves the bundle; what it loads is added to \`loaded\`. Browsers have WebCrypto on https alone. */
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

describeInBrowser('the verifier for browsers, in Chromium', () => {
  let world: ProofWorld;
  let browser: Browser | null = null;
  let proofs: readonly JudgedProof[];

  beforeAll(async () => {
    world = await ProofWorld.create();
    proofs = await judgedProofs(world, COUNT, SEED);
    browser = await startChromium(path ?? '');
  }, 900_000);

  afterAll(async () => {
    await browser?.close();
    await world.remove();
  }, 60_000);

  it.each<[string, string, number, string[]]>([
    ['by WebCrypto, and loads no curves for it', 'https://verifier.test', 1, ['verify.js']],
    [
      'in JavaScript where there is no WebCrypto',
      'http://verifier.test',
      5,
      ['ecdsa-in-javascript.js', 'verify.js'],
    ],
  ])(
    'says of proofs, forgeries and mutated proofs what Node says: %s',
    async (_how, origin, every, files) => {
      if (browser === null) throw new Error('there is no browser');
      const loaded = new Set<string>();
      const page = await openPage(browser, origin, loaded);
      const chosen = proofs.filter((_proof, i) => i % every === 0);
      const said = await page.evaluate<string[]>(
        `(async () => {
          const said = [];
          for (const text of ${JSON.stringify(chosen.map(({ text }) => text))})
            said.push(await verdictOf(text, ${JSON.stringify(world.trustText)}));
          return said;
        })()`,
      );
      expect(chosen.map(({ title }, i) => [title, said[i]])).toEqual(
        chosen.map(({ title, verdict }) => [title, verdict]),
      );
      expect(JSON.parse(said[0] ?? '')).toMatchObject({
        question: { traceId: X, direction: 'up' },
        complete: true,
        asOf: { attestedBy: QUORUM },
      });
      expect([...loaded].sort()).toEqual(files);
      expect(await page.evaluate('isSecureContext')).toBe(origin.startsWith('https:'));
      await page.close();
    },
    900_000,
  );
});
