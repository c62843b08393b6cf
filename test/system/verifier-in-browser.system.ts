import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromiumPath, startChromium } from '../../core/block-index/testing/chromium.js';
import { writeRecordsProof } from '../../verifier/proof/records-proof.js';
import { forgeries } from '../../gateway-app/testing/forged-proofs.js';
import { ProofScene } from '../../gateway-app/testing/proof-scene.js';
import { trustFile } from '../../gateway-app/testing/proofs.js';
import { verdictOf } from '../../gateway-app/testing/verdict.js';
import { repository } from '../architecture/sources.js';

const path = chromiumPath();
const describeInBrowser = path === null ? describe.skip : describe;

describeInBrowser('the verifier of records proofs, in Chromium', () => {
  let scene: ProofScene;
  let browser: Browser | null = null;
  let page: Page | null = null;

  beforeAll(async () => {
    scene = await ProofScene.create();
    const bundle = await build({
      entryPoints: [join(repository, 'gateway-app/testing/verdict.ts')],
      alias: Object.fromEntries(
        ['core', 'fabric-model', 'chaincode'].map((name) => [
          `@cotrace/${name}`,
          join(repository, name, 'index.ts'),
        ]),
      ),
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'iife',
      globalName: 'verifier',
      logLevel: 'silent',
    });
    browser = await startChromium(path ?? '');
    page = await browser.newPage();
    await page.addScriptTag({ content: bundle.outputFiles[0]?.text ?? '' });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await scene.close();
  }, 60_000);

  /** What the browser says of the texts of proofs. */
  async function verdicts(proofs: readonly string[]): Promise<string[]> {
    if (page === null) throw new Error('there is no page');
    const trust = JSON.stringify(trustFile(scene.network));
    return page.evaluate<string[]>(
      `${JSON.stringify(proofs)}.map((text) => verifier.verdictOf(text, ${trust}))`,
    );
  }

  it('shows of an honest proof what it shows in Node', async () => {
    const text = writeRecordsProof(scene.honest);
    const [verdict = ''] = await verdicts([text]);
    expect(verdict).toBe(verdictOf(text, trustFile(scene.network)));
    expect(JSON.parse(verdict)).toMatchObject({
      question: { traceId: 'FLOUR', direction: 'up' },
      records: [{}, {}, {}, {}],
      attestedBy: ['Org1MSP', 'Org2MSP', 'Org3MSP'],
    });
  });

  it('refuses every named forgery, for the same reason as in Node', async () => {
    const forged = forgeries(scene);
    const texts = [];
    for (const [, , forge] of forged) texts.push(writeRecordsProof(await forge()));
    const said = await verdicts(texts);
    expect(forged.map(([title], i) => [title, said[i]])).toEqual(
      forged.map(([title, code]) => [title, code]),
    );
  });
});
