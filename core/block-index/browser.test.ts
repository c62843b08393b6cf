import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { chromiumPath, startChromium } from './testing/chromium.js';
import { falseTrees } from './testing/false-trees.js';
import { forgeries, honestProofs } from './testing/forgeries.js';
import { questionOf, verdictOf, type Question, type Verdict } from './testing/verdict.js';

const path = chromiumPath();
const describeInBrowser = path === null ? describe.skip : describe;

describeInBrowser('the verifier of MB+ proofs, in Chromium', () => {
  let browser: Browser | null = null;
  let page: Page | null = null;

  beforeAll(async () => {
    browser = await startChromium(path ?? '');
    page = await browser.newPage();
    const bundle = await build({
      entryPoints: [fileURLToPath(new URL('testing/verdict.ts', import.meta.url))],
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'iife',
      globalName: 'verifier',
      logLevel: 'silent',
    });
    await page.addScriptTag({ content: bundle.outputFiles[0]?.text ?? '' });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
  }, 60_000);

  async function askBrowser(questions: readonly Question[]): Promise<Verdict[]> {
    if (page === null) throw new Error('there is no page');
    return page.evaluate<Verdict[]>(`${JSON.stringify(questions)}.map(verifier.verdictOf)`);
  }

  it('runs where there is nothing of Node', async () => {
    expect(await page?.evaluate('typeof process + typeof require + typeof window')).toBe(
      'undefinedundefinedobject',
    );
  });

  it('shows what it shows in Node: presence, absence and ranges', async () => {
    const questions = honestProofs().map(({ claim }) => questionOf(claim));
    const verdicts = await askBrowser(questions);
    expect(verdicts).toEqual(questions.map(verdictOf));
    honestProofs().forEach(({ entries, before }, i) => {
      const [shown, neighbour] = JSON.parse(verdicts[i] ?? '') as [string[], string | null];
      expect(shown.map((line) => line.split(' ')[0])).toEqual(entries.map(({ traceId }) => traceId));
      expect(neighbour?.split(' ')[0] ?? null).toBe(before);
    });
  });

  it('refuses every named forgery, for the same reason as in Node', async () => {
    const all = [...forgeries(), ...falseTrees().forgeries];
    const verdicts = await askBrowser(all.map(({ claim }) => questionOf(claim)));
    expect(all.map(({ name }, i) => [name, verdicts[i]])).toEqual(all.map(({ name, code }) => [name, code]));
  });
});
