import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromiumPath, startChromium } from '../../core/block-index/testing/chromium.js';
import { epcisDocument } from '../../gateway-app/testing/epcis-documents.js';
import { writeTraceProof } from '../../verifier/trace-proof/proof-file.js';
import { repository } from '../architecture/sources.js';
import { LargeLedger, type ProofFile } from './large-ledger.js';

const path = chromiumPath();
const describeInBrowser = path === null ? describe.skip : describe;
const KEYS = Number(process.env['KEYS'] ?? 100_000);
const ROUNDS = 15;
const folder = join(repository, 'verifier/dist/browser');
/** Acceptance: what a proof may take, and each of its events besides, in milliseconds. */
const [MOST, MOST_AN_EVENT] = [50, 1.5];

const lot = (name: string) => `https://id.gs1.org/01/09521234000105/10/${name}`;
let minutes = 0;
function event(type: string, bizStep: string, more: object): object {
  minutes += 1;
  return {
    type,
    eventTime: new Date(Date.UTC(2026, 3, 1) + 60_000 * minutes).toISOString(),
    eventTimeZoneOffset: '+02:00',
    ...(type === 'ObjectEvent' && { action: 'OBSERVE' }),
    bizStep,
    readPoint: { id: 'https://id.gs1.org/414/9521234000013' },
    ...more,
  };
}
const quantities = (names: readonly string[]) =>
  names.map((name) => ({ epcClass: lot(name), quantity: 40, uom: 'KGM' }));
const seen = (name: string) => event('ObjectEvent', 'shipping', { quantityList: quantities([name]) });
const made = (from: readonly string[], to: string) =>
  event('TransformationEvent', 'commissioning', {
    inputQuantityList: quantities(from),
    outputQuantityList: quantities([to]),
  });

/** Fourteen events of seven lots, all of which went into SOUP. */
function lineage(): object[] {
  return [
    ...['LEEK', 'BEET', 'CORN', 'PEAS'].flatMap((name) => [seen(name), seen(name)]),
    made(['LEEK', 'BEET'], 'GREENS'),
    seen('GREENS'),
    made(['CORN', 'PEAS'], 'YELLOWS'),
    seen('YELLOWS'),
    made(['GREENS', 'YELLOWS'], 'SOUP'),
    seen('SOUP'),
  ];
}

/** What the page does: times in milliseconds. */
const SCRIPT = `
import { verify } from './verify.js';
const timed = async (rounds, act) => {
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const began = performance.now();
    await act();
    times.push(performance.now() - began);
  }
  return { first: times[0], median: times.sort((a, b) => a - b)[rounds >> 1] };
};
window.timesOf = (rounds, proof, trust) => timed(rounds, async () => {
  if (!(await verify(proof, trust)).complete) throw new Error('the proof is not complete');
});
window.hashTimes = (rounds) => timed(rounds, () => crypto.subtle.digest('SHA-256', new Uint8Array(1_000_000)));
`;

interface Times {
  readonly first: number;
  readonly median: number;
}

/** A page that has loaded the verifier; what it loads is added to \`loaded\`. */
async function openPage(browser: Browser, loaded: Set<string>): Promise<Page> {
  const page = await browser.newPage();
  await page.route('https://verifier.test/**', async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    const html = '<!doctype html><script type="module" src="page.js"></script>';
    if (name === '') return route.fulfill({ contentType: 'text/html', body: html });
    loaded.add(name);
    const body = name === 'page.js' ? SCRIPT : readFileSync(join(folder, name), 'utf8');
    return route.fulfill({ contentType: 'text/javascript', body });
  });
  await page.goto('https://verifier.test/');
  await page.waitForFunction('window.timesOf !== undefined');
  return page;
}

describeInBrowser(`verifying in Chromium proofs over a trie of ${KEYS} keys`, () => {
  const subjects: readonly [string, number, 'none' | 'up'][] = [
    ['ONE', 1, 'none'],
    ['TEN', 10, 'none'],
    ['SOUP', 14, 'up'],
    ['HUNDRED', 100, 'none'],
    ['THOUSAND', 1000, 'none'],
  ];
  const files = new Map<string, ProofFile>();
  const said: string[] = [];
  let trust = '';
  let browser: Browser | null = null;

  beforeAll(async () => {
    const ledger = await LargeLedger.create();
    try {
      const own = subjects.filter(([, , direction]) => direction === 'none');
      const documents = own.map(([name, count]) => Array.from({ length: count }, () => seen(name)));
      await ledger.record(...[...documents, lineage()].map((events) => epcisDocument(events)));
      await ledger.pad(KEYS);
      for (const [name, , direction] of subjects)
        files.set(name, await ledger.proof(lot(name), { direction }));
      trust = ledger.trustText;
    } finally {
      await ledger.remove();
    }
    browser = await startChromium(path ?? '');
  }, 600_000);

  afterAll(async () => {
    await browser?.close();
    process.stdout.write(`${said.join('\n')}\n`);
  }, 60_000);

  it.each(subjects)('takes at most 50 ms, and 1.5 ms an event: %s, of %i events', async (name, count) => {
    const file = files.get(name);
    if (browser === null || file === undefined) throw new Error('there is nothing to verify');
    expect(file.answer.events).toHaveLength(count);
    const loaded = new Set<string>();
    const page = await openPage(browser, loaded);
    const texts = [writeTraceProof(file.proof), trust].map((text) => JSON.stringify(text)).join();
    const { first, median } = await page.evaluate<Times>(`timesOf(${ROUNDS}, ${texts})`);
    const hash = await page.evaluate<Times>(`hashTimes(${ROUNDS})`);
    await page.close();
    said.push(
      `${count} events: ${median.toFixed(1)} ms, ${(median / hash.median).toFixed(1)} times SHA-256 of 1 MB; ` +
        `the first time ${first.toFixed(1)} ms; ${(file.packed / 1000).toFixed(1)} kB packed`,
    );
    expect([...loaded].sort()).toEqual(['page.js', 'verify.js']);
    expect(median).toBeLessThanOrEqual(MOST + MOST_AN_EVENT * count);
  });
});
