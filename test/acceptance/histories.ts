import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { TraceAnswer } from './answers.js';
import type { Scene } from './scene.js';

/** A lot of the rice chain, with five events of its own. */
const BAG = 'https://id.gs1.org/01/09521234500049/10/BAG-1KG-7';
const PADDY = 'https://id.gs1.org/01/09521234500018/10/PADDY-A';
const SOLD = {
  '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
  type: 'ObjectEvent',
  action: 'OBSERVE',
  bizStep: 'retail_selling',
  eventTime: '2026-03-15T09:00:00Z',
  eventTimeZoneOffset: '+00:00',
  quantityList: [{ epcClass: BAG, quantity: 1, uom: 'KGM' }],
};

/** How much of a history is shown, whose word counts, and whether it is still the one that was known. */
export function histories(scene: Scene): void {
  const traced = (...args: readonly string[]) => scene.cotrace.json<TraceAnswer>('trace', ...args);

  describe('a history', () => {
    it('is shown as far as is asked for, with the number of all events', async () => {
      const count = scene.path('count.json');
      const [newest, none] = await Promise.all([
        traced(BAG, '--show', 'newest', '2'),
        traced(BAG, '--show', 'none', '--proof', count),
      ]);
      for (const [{ code, value }, shown] of [[newest, 2] as const, [none, 0] as const]) {
        expect([code, value.complete, value.events.length]).toEqual([0, false, shown]);
        expect(value.identifiers[0]?.organisations).toEqual([
          { mspId: 'Org1MSP', count: 5, shown, full: false },
        ]);
      }
      const trust = ['--trust', `${scene.cotrace.home}/trust.json`];
      const { code, stdout } = await scene.cotrace.run('verify', count, ...trust);
      expect([code, stdout]).toEqual([1, expect.stringContaining('5 events, none of them shown')]);
      expect(stdout).not.toContain('no record of origin');
      expect(stdout).toContain('NOT COMPLETE');
    });

    it('has nothing certain by organisations whose word does not count, and says how much they recorded', async () => {
      const { code, value } = await traced(BAG, '--up', '--recorders', 'Org2MSP');
      expect([code, value.complete]).toEqual([0, true]);
      expect(value.events.filter(({ certain }) => certain)).toEqual([]);
      const own = value.identifiers.find(({ traceId }) => traceId === BAG);
      expect(own?.organisations).toMatchObject([{ mspId: 'Org1MSP', count: 5 }]);
    });

    it('is followed both ways, and shown with its transactions where that is asked for', async () => {
      const proof = scene.path('both.json');
      const { code, value } = await traced(BAG, '--both', '--envelopes', '--proof', proof);
      expect([code, value.complete]).toEqual([0, true]);
      expect(value.identifiers.map(({ traceId }) => traceId)).toContain(PADDY);
      const { envelopes } = JSON.parse(readFileSync(proof, 'utf8')) as { envelopes: unknown[] };
      expect(envelopes.length).toBeGreaterThan(10);
      const trust = ['--trust', `${scene.cotrace.home}/trust.json`];
      expect((await scene.cotrace.run('verify', proof, ...trust)).code).toBe(0);
    });

    it('is proven as of the newest block alone where no cycle has ended', async () => {
      const { exit, message } = await scene.cotrace.error('trace', BAG, '--at', '1');
      expect([exit, message]).toEqual([1, expect.stringContaining('every 1024 blocks')]);
    });

    it('that is watched is said to hold, with what is new', async () => {
      const watched = async () => (await scene.cotrace.run('watch', BAG)).stdout;
      expect(await watched()).toContain('5 events (Org1MSP 5) as of block');
      const { code } = await scene.cotrace.run('capture', scene.write('sold.jsonld', SOLD));
      expect(code).toBe(0);
      expect(await watched()).toMatch(/6 events \(Org1MSP 6\) .*; 1 new since block \d+, nothing before it/);

      const folder = join(scene.cotrace.home, 'watch');
      const [file = ''] = readdirSync(folder);
      const known = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        root: { attested: { attestations: unknown[] } };
      };
      known.root.attested.attestations.splice(1);
      scene.write(join('home', 'watch', file), known);
      const told = await scene.cotrace.error('watch', BAG);
      expect([told.exit, told.code]).toEqual([1, 'NO_QUORUM']);
      expect(told.message).toContain('does not hold by the trust file');
    });
  });
}
