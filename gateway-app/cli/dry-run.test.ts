import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_DOMAIN_RULES } from '@cotrace/epcis';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { utf8 } from '@cotrace/core';
import { epcisDocument, epcisEvent } from '../testing/epcis-documents.js';
import { spoken } from '../testing/printed.js';
import { dryRun } from './dry-run.js';
import { EXIT, Output } from './output.js';

const ITEM = 'https://id.gs1.org/01/09521141012345/21/A1';
const LOT = 'https://id.gs1.org/01/09521141012345/10/L1';

describe('cotrace capture --dry-run', () => {
  let folder: string;
  let path: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cotrace-dry-run-'));
    path = join(folder, 'events.json');
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What a dry run of these events says. */
  function tried(events: readonly object[], { json = false, rules = DEFAULT_DOMAIN_RULES } = {}) {
    writeFileSync(path, epcisDocument(events));
    return spoken(() => dryRun([path], rules, new Output(json)));
  }

  it('says of each event where it would go and what it names, and what is odd', async () => {
    const { code, text, said } = await tried([
      epcisEvent({ epcList: [ITEM, LOT], bizStep: 'retail_selling' }),
      epcisEvent({ bizStep: undefined }),
    ]);
    expect(code).toBe(EXIT.done);
    const lines = text.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        `${path}:1 epcisBody.eventList[0]: retail_selling, to retail`,
        `    subject: ${ITEM} (instance)`,
        `    subject: ${LOT} (lot)`,
        `${path}:1 epcisBody.eventList[1]: no step, to distribution`,
        'dry run, nothing was sent: 2 of 2 events valid, 0 refused',
      ]),
    );
    expect(said).toMatch(
      /^warning: .*events\.json: epcisBody\.eventList\[0\]\.epcList\[1\] \(line 1\) names a lot/,
    );
  });

  it('says why an event is refused, before it is sent or by the contract of its domain', async () => {
    const { code, text } = await tried([
      epcisEvent({ action: 'EAT' }),
      epcisEvent({ bizStep: 'https://ref.gs1.org/cbv/BizStep-dreaming' }),
      epcisEvent({ type: 'urn:test:Event', quantityList: [{ epcClass: '', quantity: 1 }] }),
      epcisEvent(),
    ]);
    expect(code).toBe(EXIT.someRefused);
    expect(text).toMatch(/eventList\[0\]: refused \[INVALID_EVENT\]\n {4}epcisBody\.eventList\[0\]\.action/);
    expect(text).toMatch(/eventList\[1\]: refused \[UNKNOWN_STEP\]\n {4}domain distribution does not accept/);
    expect(text).toMatch(/\ndry run, nothing was sent: 1 of 4 events valid, 3 refused\n$/);
  });

  it('holds data against the schema and the limits of the domain', async () => {
    const { text } = await tried([epcisEvent({ 'test:long': 'x'.repeat(600_000) })]);
    expect(text).toMatch(/refused \[TOO_LARGE\]/);
  });

  it('says which domain it does not know', async () => {
    const { code, said } = await tried([epcisEvent()], { rules: [{ domain: 'ports' }] });
    expect(code).toBe(EXIT.done);
    expect(said).toBe(
      'warning: domain ports has no built-in definition: its steps and its schema were not checked\n',
    );
  });

  it('says the same in JSON', async () => {
    const { text } = await tried([epcisEvent({ epcList: [ITEM] }), epcisEvent({ action: 'EAT' })], {
      json: true,
    });
    expect(JSON.parse(text)).toMatchObject({
      ...{ events: 2, valid: 1, refused: 1, warnings: [] },
      outcomes: [
        {
          ...{ file: path, path: 'epcisBody.eventList[0]', line: 1, status: 'valid', domain: 'distribution' },
          ...{ step: 'shipping', eventTime: '2026-05-01T08:00:00.000Z', code: null, reasons: [] },
          identifiers: [{ id: ITEM, nature: 'instance', roles: ['subject'] }],
          eventHash: expect.stringMatching(/^ni:/),
        },
        { status: 'refused', code: 'INVALID_EVENT', domain: null, identifiers: [], eventHash: null },
      ],
    });
  });

  it('reads standard input, and names what it leaves out of a folder', async () => {
    writeFileSync(join(folder, 'notes.txt'), '');
    writeFileSync(path, epcisDocument([]));
    async function* input() {
      yield await Promise.resolve(utf8(epcisDocument([epcisEvent()])));
    }
    const { text, said } = await spoken(() =>
      dryRun(['-', folder], DEFAULT_DOMAIN_RULES, new Output(false), input()),
    );
    expect(text).toContain('-:1 epcisBody.eventList[0]: shipping, to distribution');
    expect(said).toMatch(/^warning: .*notes\.txt was left out: its name is not that of EPCIS in JSON\n$/);
  });
});
