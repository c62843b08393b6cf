import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { epcisDocument, epcisEvent } from '../../gateway-app/testing/epcis-documents.js';
import { COMMAND, Cotrace } from '../acceptance/cotrace.js';
import { Scene } from '../acceptance/scene.js';

const EVENTS = 10_000;
const MOST_MEGABYTES = 250;
/** A capture takes longer than all else: it is whole in the deep run alone. */
const IS_WHOLE = process.env['CI_DEEP'] === '1';
const LEAST_BEFORE_INTERRUPT = 2000;

/** A program that does as `cotrace`, and says at its end how much memory it took: `maxRSS` counts its parent's too. */
const MEASURED = `import { readFileSync } from 'node:fs';
process.on('exit', () => {
  const status = readFileSync('/proc/self/status', 'utf8');
  process.stderr.write('peak ' + /^VmHWM:\\s+(\\d+) kB$/m.exec(status)[1] + ' kB\\n');
});
await import(${JSON.stringify(pathToFileURL(COMMAND).href)});
`;

function peakOf(stderr: string): number {
  return Number(/^peak (\d+) kB$/m.exec(stderr)?.[1]) / 1024;
}

describe('a document of 10,000 events', () => {
  const scene = new Scene();
  let cotrace: Cotrace;
  let path: string;

  beforeAll(async () => {
    cotrace = new Cotrace(scene.cotrace.home, scene.write('measured.mjs', MEASURED));
    const events = Array.from({ length: EVENTS }, (_, i) =>
      epcisEvent({
        eventID: `urn:test:event:${i}`,
        epcList: [`urn:epc:id:sgtin:9521234.000102.A${i}`],
        readPoint: { id: 'urn:epc:id:sgln:9521234.00001.0' },
        bizTransactionList: [{ type: 'po', bizTransaction: `urn:test:order:${i}` }],
      }),
    );
    path = scene.write('large.jsonld', epcisDocument(events));
    const { code, stderr } = await scene.cotrace.run('network', 'up');
    if (code !== 0) throw new Error(stderr);
  });

  afterAll(() => scene.remove());

  it('is tried in less than 250 MB', async () => {
    const { code, stdout, stderr } = await cotrace.run('capture', '--dry-run', path);
    expect([code, stdout.split('\n').at(-2)]).toEqual([
      0,
      `dry run, nothing was sent: ${EVENTS} of ${EVENTS} events valid, 0 refused`,
    ]);
    expect(peakOf(stderr)).toBeLessThan(MOST_MEGABYTES);
  });

  it(`is captured in less than 250 MB, with outcomes and progress as they come${IS_WHOLE ? '' : ', until it is interrupted'}`, async () => {
    const running = cotrace.start('capture', path);
    await running.says(IS_WHOLE ? ` of ${EVENTS} events` : /^[2-9]\d{3} of 10000 events$/m);
    if (!IS_WHOLE) running.signal('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    const lines = stdout.split('\n');
    const recorded = lines.filter((line) => line.includes(': recorded in distribution')).length;
    const last = lines.at(-2) ?? '';
    if (IS_WHOLE) {
      expect([code, last]).toEqual([
        0,
        `${EVENTS} of ${EVENTS} events recorded, 0 already recorded, 0 refused`,
      ]);
    } else {
      const counts = /^interrupted: (\d+) recorded, (\d+) not tried(?:, (\d+) failed or not known)?; /.exec(
        last,
      );
      const [, told, notTried, notKnown = 0] = counts ?? [];
      expect([code, Number(told), Number(told) + Number(notTried) + Number(notKnown)]).toEqual([
        130,
        recorded,
        EVENTS,
      ]);
    }
    expect(recorded).toBeGreaterThanOrEqual(IS_WHOLE ? EVENTS : LEAST_BEFORE_INTERRUPT);
    const told = [...stderr.matchAll(/^(\d+) of 10000 events$/gm)].map(([, count]) => Number(count));
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(peakOf(stderr)).toBeLessThan(MOST_MEGABYTES);
    process.stdout.write(`peak of a capture of ${EVENTS} events: ${Math.round(peakOf(stderr))} MB\n`);
  });
});
