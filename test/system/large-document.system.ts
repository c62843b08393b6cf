import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { epcisDocument, epcisEvent } from '../../gateway-app/testing/epcis-documents.js';
import { COMMAND, Cotrace } from '../acceptance/cotrace.js';
import { Scene } from '../acceptance/scene.js';

const EVENTS = 10_000;
const MOST_MEGABYTES = 250;
/** A capture takes longer than all else: after the first of these it is interrupted, but in the deep run. */
const CAPTURED = process.env['CI_DEEP'] === '1' ? EVENTS : 2000;
const UNTIL = process.env['CI_DEEP'] === '1' ? /^10000 of 10000 events$/m : /^[2-9]\d{3} of 10000 events$/m;

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

  it('is captured in less than 250 MB, with outcomes and progress as they come, until it is interrupted', async () => {
    const running = cotrace.start('capture', path);
    await running.says(UNTIL);
    running.signal('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    const lines = stdout.split('\n');
    const recorded = lines.filter((line) => line.includes(': recorded in distribution')).length;
    expect([code, recorded]).toEqual([recorded === EVENTS ? 0 : 130, recorded]);
    expect(recorded).toBeGreaterThanOrEqual(CAPTURED);
    const told = [...stderr.matchAll(/^(\d+) of 10000 events$/gm)].map(([, count]) => Number(count));
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(peakOf(stderr)).toBeLessThan(MOST_MEGABYTES);
    process.stdout.write(`peak of a capture of ${EVENTS} events: ${Math.round(peakOf(stderr))} MB\n`);
  });
});
