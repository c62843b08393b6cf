import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Scene } from '../acceptance/scene.js';
import { repository } from '../architecture/sources.js';

// A network comes up, on a machine that may be busy.
jest.setTimeout(120_000);

const WHEAT = 'urn:epc:class:lgtin:9521234.000101.WHEAT-1';
const FLOUR = 'urn:epc:class:lgtin:9521234.000102.FLOUR-1';

describe('the programs in examples/', () => {
  const scene = new Scene();

  beforeAll(async () => {
    const { code, stderr } = await scene.cotrace.run('network', 'up');
    expect([code, stderr]).toEqual([0, expect.any(String)]);
  });

  afterAll(() => scene.remove());

  /** What a program prints, as values; throws with what it said where it fails. */
  async function run(name: string, ...args: readonly string[]): Promise<unknown[]> {
    const program = join(repository, 'examples', name);
    const cwd = dirname(scene.path(name));
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], { cwd });
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  }

  it('capture, trace and verify with nothing but the library', async () => {
    const times = { eventTime: '2026-05-01T08:00:00Z', eventTimeZoneOffset: '+00:00' };
    const file = scene.write('mill.jsonld', {
      '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
      type: 'EPCISDocument',
      schemaVersion: '2.0',
      creationDate: '2026-05-04T09:00:00Z',
      epcisBody: {
        eventList: [
          {
            ...times,
            type: 'ObjectEvent',
            action: 'ADD',
            bizStep: 'commissioning',
            quantityList: [{ epcClass: WHEAT, quantity: 500, uom: 'KGM' }],
          },
          {
            ...times,
            type: 'TransformationEvent',
            bizStep: 'creating_class_instance',
            inputQuantityList: [{ epcClass: WHEAT, quantity: 500, uom: 'KGM' }],
            outputQuantityList: [{ epcClass: FLOUR, quantity: 390, uom: 'KGM' }],
          },
        ],
      },
    });
    const { home } = scene.cotrace;
    const files = [join(home, 'clients', 'org1.json'), join(home, 'trust.json'), file];
    const [wheat, flour, ...proven] = await run('capture-trace-verify.mjs', ...files, FLOUR);
    expect([wheat, flour]).toMatchObject([
      { path: 'epcisBody.eventList[0]', status: 'recorded', domain: 'production' },
      { path: 'epcisBody.eventList[1]', status: 'recorded', domain: 'processing' },
    ]);
    expect(proven).toHaveLength(3);
    expect(proven.at(-1)).toEqual({ attestedBy: ['Org1MSP', 'Org2MSP', 'Org3MSP'] });
    const event = (step: string, domain: string): unknown => expect.objectContaining({ step, domain });
    expect(proven).toEqual(
      expect.arrayContaining([
        event('commissioning', 'production'),
        event('creating_class_instance', 'processing'),
      ]),
    );
  });
});
