import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_DOMAIN_RULES } from '@cotrace/epcis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, type jest } from '@jest/globals';
import { CotraceError } from '@cotrace/core';
import { committing } from '../testing/committing.js';
import { epcisDocument, epcisEvent } from '../testing/epcis-documents.js';
import { refused } from '../testing/gateway-errors.js';
import { LedgerScene, type SceneOptions } from '../testing/ledger-scene.js';
import { spoken } from '../testing/printed.js';
import { capture } from './capture.js';
import { EXIT, Output } from './output.js';

const event = (bizStep: string, name: string) => epcisEvent({ bizStep, epcList: [`urn:test:${name}`] });
/** Whether a file is open under a number. */
function isOpen(number: number, file: string): boolean {
  try {
    return fstatSync(number).ino === statSync(file).ino;
  } catch {
    return false;
  }
}

const DOCUMENT = epcisDocument([event('shipping', 'one'), event('retail_selling', 'two')]);

describe('cotrace capture', () => {
  let scene: LedgerScene;
  let folder: string;
  let path: string;

  beforeAll(async () => {
    scene = await LedgerScene.create(['distribution'], []);
  });

  afterAll(() => scene.close());

  beforeEach(() => {
    folder = mkdtempSync(join(scene.network.dir, 'capture-'));
    path = join(folder, 'events.json');
    writeFileSync(path, DOCUMENT);
  });

  /** What a capture of the file says, and its exit code. */
  function captured(
    { contract = committing(2n), nodes = {} }: SceneOptions = {},
    { json = false, ...more }: { log?: string; json?: boolean; allOrNothing?: boolean } = {},
  ) {
    const connections = scene.connections({ contract, nodes });
    const options = { inFlight: 1, rules: DEFAULT_DOMAIN_RULES, ...more };
    return spoken(() => capture(connections, [path], options, new Output(json)));
  }

  it('shows what became of each event, and how many had which outcome', async () => {
    const { code, text, said } = await captured();
    expect([code, said]).toEqual([EXIT.done, '']);
    expect(text.split('\n')).toEqual([
      `${path}:1 epcisBody.eventList[0]: recorded in distribution, transaction abababababab…`,
      `${path}:1 epcisBody.eventList[1]: recorded in retail, transaction abababababab…`,
      '2 of 2 events recorded, 0 already recorded, 0 refused',
      '',
    ]);
  });

  it('shows them as JSON, in the order of the file', async () => {
    const { code, text } = await captured({}, { json: true });
    expect(code).toBe(EXIT.done);
    const counts = { recorded: 2, alreadyRecorded: 0, refused: 0, failed: 0, notTried: 0 };
    expect(JSON.parse(text)).toEqual({
      events: 2,
      ...counts,
      outcomes: ['distribution', 'retail'].map((domain, i) => ({
        ...{ file: path, path: `epcisBody.eventList[${i}]`, line: 1, status: 'recorded', domain },
        ...{ txId: `${'ab'.repeat(31)}0${i + 1}`, recordId: 'ef', block: '2', attempts: 1 },
        ...{ byRuleForOthers: false, code: null, reasons: [] },
      })),
      warnings: [],
      faults: [],
    });
  });

  it('says which events fit no rule but that for all others, and where that leads', async () => {
    writeFileSync(path, epcisDocument([event('shipping', 'one'), event('destroying', 'two')]));
    const { code, text } = await captured();
    expect(code).toBe(EXIT.done);
    expect(text.split('\n').filter((line) => line.includes('only the rule'))).toEqual([
      expect.stringMatching(
        /^1 event \(.*events\.json:1\) matches only .*, which leads to distribution; add/,
      ),
    ]);
  });

  it('says why an event is refused, and that some of the input was', async () => {
    const { code, text } = await captured({
      contract: committing(2n, (_call, i) => (i === 1 ? refused('BAD_RECORD') : null)),
    });
    expect(code).toBe(EXIT.someRefused);
    expect(text.split('\n')).toEqual([
      `${path}:1 epcisBody.eventList[0]: refused [BAD_RECORD]`,
      '    no',
      expect.stringContaining('eventList[1]: recorded in retail'),
      '1 of 2 events recorded, 0 already recorded, 1 refused',
      '',
    ]);
  });

  it('counts events that are on the ledger already, and is done', async () => {
    const duplicate = refused('DUPLICATE', { txId: 'cd'.repeat(32), recordId: 'ef' });
    const { code, text } = await captured({ contract: committing(2n, () => duplicate) });
    expect(code).toBe(EXIT.done);
    expect(text).toContain('already recorded in distribution, transaction cdcdcdcdcdcd…\n');
    expect(text).toMatch(/\n0 of 2 events recorded, 2 already recorded, 0 refused\n$/);
  });

  it('fails where an event could not be captured, whatever became of the others', async () => {
    const { code, text } = await captured({
      contract: committing(2n, (_call, i) =>
        i === 1 ? refused('BAD_RECORD') : new CotraceError('IDENTITY', 'the key is gone'),
      ),
    });
    expect(code).toBe(EXIT.failed);
    expect(text).toContain('eventList[1]: failed [IDENTITY]\n    [IDENTITY] the key is gone\n');
    expect(text).toMatch(/\n0 of 2 events recorded, 0 already recorded, 1 refused, 1 failed\n$/);
  });

  it('ends at Ctrl-C, and leaves what is not under way untried', async () => {
    let answer: (error: Error) => void = () => undefined;
    const { code, text } = await captured({
      contract: committing(2n, () => {
        process.emit('SIGINT');
        return new Promise<Error>((resolve) => (answer = resolve));
      }),
    });
    answer(refused('BAD_RECORD'));
    expect(code).toBe(EXIT.interrupted);
    expect(text).toMatch(/^.*eventList\[0\]: failed \[INTERRUPTED\]\n {4}.*\ninterrupted: /);
    expect(text).toMatch(
      /\ninterrupted: 0 recorded, 1 not tried, 1 failed or not known; capture the same .*\n$/,
    );
  });

  it('shows each outcome as soon as it is known, before the next event is sent', async () => {
    const seen: number[] = [];
    const contract = committing(2n, () => {
      seen.push((process.stdout as unknown as { write: jest.Mock }).write.mock.calls.length);
      return null;
    });
    await captured({ contract });
    expect(seen).toEqual([0, 1]);
  });

  it('sends nothing where an event is not valid and it is to be all or nothing', async () => {
    writeFileSync(
      path,
      epcisDocument([event('shipping', 'one'), { ...event('shipping', 'two'), action: 'EAT' }]),
    );
    let calls = 0;
    const contract = committing(2n, () => {
      calls += 1;
      return null;
    });
    const { code, text } = await captured({ contract }, { allOrNothing: true });
    expect([code, calls]).toEqual([EXIT.someRefused, 0]);
    expect(text).toMatch(
      /^.*eventList\[1\]: refused \[INVALID_EVENT\]\n {4}.*action.*\nnothing captured: 1 of 2 events refused/,
    );
    writeFileSync(path, DOCUMENT);
    expect((await captured({}, { allOrNothing: true })).text).toContain('2 of 2 events recorded');
  });

  it('names masters that do not answer, and warns where too few are left', async () => {
    const nodes = { 'org1.master': null, 'org2.master': null };
    const { code, text, said } = await captured({ nodes });
    expect(code).toBe(EXIT.done);
    for (const name of Object.keys(nodes)) expect(text).toContain(`\nnote: ${name}: `);
    expect(text).toMatch(/\(UNREACHABLE\)\n2 of 2 events recorded/);
    expect(said).toContain('warning: the masters have not attested the newest block');
  });

  it('reports progress', async () => {
    let tries = 0;
    const away = () => (++tries === 1 ? new CotraceError('UNREACHABLE', 'nobody listens') : null);
    const { code, said } = await captured({ contract: committing(2n, away) });
    expect(code).toBe(EXIT.done);
    expect(said).toMatch(/^retrying: \[UNREACHABLE\] nobody listens; /);
  });

  it('appends the outcome of each event to a log, once it is known', async () => {
    const log = join(folder, 'log.jsonl');
    writeFileSync(log, 'before\n');
    const known: number[] = [];
    const contract = committing(2n, () => {
      known.push(readFileSync(log, 'utf8').split('\n').length - 2);
      return null;
    });
    const next = openSync(path, 'r');
    closeSync(next);
    await captured({ contract }, { log });
    expect(isOpen(next, log)).toBe(false);
    expect(known).toEqual([0, 1]);
    const [first, ...lines] = readFileSync(log, 'utf8').trimEnd().split('\n');
    expect(first).toBe('before');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      ['distribution', 'retail'].map((domain) =>
        expect.objectContaining({ status: 'recorded', domain, block: '2' }),
      ),
    );
  });

  it('captures nothing where the log cannot be written', async () => {
    let calls = 0;
    const contract = committing(2n, () => {
      calls += 1;
      return null;
    });
    const refusal = { code: 'NO_FILE', detail: { path: folder } };
    await expect(captured({ contract }, { log: folder })).rejects.toMatchObject(refusal);
    expect(calls).toBe(0);
  });

  it('refuses a file that is not text in UTF-8, and does not read it as something else', async () => {
    writeFileSync(path, DOCUMENT.replace('urn:test:one', 'urn:test:\u00e9'), 'latin1');
    const { code, text } = await captured();
    const place = DOCUMENT.indexOf('urn:test:one') + 'urn:test:'.length + 1;
    expect([code, text]).toEqual([EXIT.someRefused, expect.stringContaining(`its byte ${place} is wrong`)]);
    expect(text).toContain('0 of 1 events recorded, 0 already recorded, 1 refused');
  });
});
