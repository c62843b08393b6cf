import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NodeRow } from '../../gateway-app/client/node-rows.js';
import type { CaptureAnswer } from '../acceptance/answers.js';
import { Cotrace } from '../acceptance/cotrace.js';

const folder = mkdtempSync(join(tmpdir(), 'cotrace-older-ledger-'));
const cotrace = new Cotrace(join(folder, 'home'));
const ledgers = join(cotrace.home, 'devnet', 'ledgers');
/** Longer than a master needs to be sure. */
const PATIENCE_MS = 30_000;

/** A file with one event. */
function file(lot: string): string {
  const path = join(folder, `${lot}.jsonld`);
  const event = {
    type: 'ObjectEvent',
    action: 'ADD',
    bizStep: 'commissioning',
    eventTime: '2026-05-01T08:00:00+02:00',
    eventTimeZoneOffset: '+02:00',
    quantityList: [{ epcClass: `urn:epc:class:lgtin:9521234.000101.${lot}`, quantity: 1, uom: 'KGM' }],
  };
  const document = {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: '2026-05-04T09:00:00Z',
    epcisBody: { eventList: [event] },
  };
  writeFileSync(path, JSON.stringify(document));
  return path;
}

async function ran(...words: readonly string[]): Promise<void> {
  const { code, stderr } = await cotrace.run(...words);
  expect([words.join(' '), code, code === 0 ? '' : stderr]).toEqual([words.join(' '), 0, '']);
}

/** Replaces the ledgers of a stopped network, and starts it. */
async function startOn(copy: string): Promise<void> {
  await ran('network', 'down');
  rmSync(ledgers, { recursive: true });
  cpSync(copy, ledgers, { recursive: true });
  await ran('network', 'up');
}

/** Waits until all masters are in a state; the rows then, and the exit code. */
async function mastersAre(state: string): Promise<{ rows: readonly NodeRow[]; code: number | null }> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { code, value: rows } = await cotrace.json<readonly NodeRow[]>('nodes');
    const states = rows.filter(({ role }) => role === 'master').map((row) => row.state);
    if (states.every((one) => one === state)) return { rows, code };
    if (Date.now() > deadline) throw new Error(`masters are ${states.join()}, not ${state}`);
    await sleep(500);
  }
}

beforeAll(async () => {
  await ran('network', 'up');
  await ran('capture', file('FIRST'));
});

afterAll(async () => {
  await cotrace.run('network', 'down');
  rmSync(folder, { recursive: true, force: true });
});

describe('an older copy of the ledger under its masters', () => {
  it('shows at once; what is captured on it does not count; it is a fork from then on, until the newest is restored', async () => {
    const [older, newest] = [join(folder, 'older'), join(folder, 'newest')];
    await ran('network', 'down');
    cpSync(ledgers, older, { recursive: true });
    await ran('network', 'up');
    await ran('capture', file('LOST'));
    await ran('network', 'down');
    cpSync(ledgers, newest, { recursive: true });

    await startOn(older);
    const rolledBack = await mastersAre('rolled back');
    expect(rolledBack.code).toBe(1);
    expect(rolledBack.rows.map(({ lag }) => Number(lag))).toEqual(rolledBack.rows.map(() => -1));

    const forked = await cotrace.json<CaptureAnswer>('capture', file('FORKED'));
    expect([forked.code, forked.value]).toMatchObject([
      1,
      { recorded: 0, failed: 1, outcomes: [{ code: 'WRONG_CHAIN' }] },
    ]);
    const order = join(folder, 'order.json');
    const asked = { from: 'urn:test:planner', to: 'urn:test:device', message: 'go', signature: 'MEUC' };
    writeFileSync(order, JSON.stringify(asked));
    for (const command of [
      ['capture', file('AFTER')],
      ['order', 'place', order],
    ])
      expect(await cotrace.error(...command)).toMatchObject({ exit: 1, code: 'WRONG_CHAIN' });
    expect((await mastersAre('forked')).code).toBe(1);
    const { code, stdout } = await cotrace.run(
      'node',
      join(cotrace.home, 'config', 'org1.master.json'),
      '--check',
    );
    expect([code, stdout]).toEqual([1, expect.stringContaining('no quorum')]);

    await startOn(newest);
    expect((await mastersAre('following')).code).toBe(0);
  });
});
