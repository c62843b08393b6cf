import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CaptureAnswer, TraceAnswer, TracedEvent } from './answers.js';
import type { Backend } from './backend.js';
import { fsmaFiles, SALAD } from './data.js';
import { Running } from './cotrace.js';
import type { Known } from './lettuce.js';
import { Scene } from './scene.js';

/** A small network: what is asked here does not depend on its size. */
const TOPOLOGY = `
organisations:
  - { name: farm, mspId: FarmMSP, domain: farm.example.com }
  - { name: shop, mspId: ShopMSP, domain: shop.example.com }
`;

/** Event id of the shipping that two files tell with other quantities. */
const TOLD_IN_TWO_WAYS = 'urn:uuid:4898a223-216a-4f46-9e18-338ccf6fa3ba';

function saidBy({ record }: TracedEvent): string {
  return JSON.stringify(record?.data);
}

/** The lettuce again, its files in a random order on a fresh network. `known`: the trace of the first network. */
export function anyOrder(backend: Backend, known: Known): void {
  (fsmaFiles.length > 0 ? describe : describe.skip)(
    'the files of fsma204 in any order, on a fresh network of two organisations (skipped where they are missing)',
    () => {
      let scene: Scene;
      const seed = Number(process.env['COTRACE_SEED'] ?? Date.now() % 2 ** 31);
      const everyFile = { minLength: fsmaFiles.length, maxLength: fsmaFiles.length };
      const [files = []] = fc.sample(fc.shuffledSubarray([...fsmaFiles], everyFile), { seed, numRuns: 1 });

      beforeAll(async () => {
        scene = new Scene();
        process.stderr.write(`acceptance: seed ${seed} (COTRACE_SEED repeats it)\n`);
        const topology = scene.write('topology.yaml', TOPOLOGY);
        const { code, stderr } = await scene.cotrace.run(
          'network',
          'up',
          '--topology',
          topology,
          ...backend.flags,
        );
        expect({ code, stderr }).toMatchObject({ code: 0 });
      });

      afterAll(() => scene.remove());

      it(`give the same events but for which of the conflicting ones was first`, async () => {
        const capture = await scene.cotrace.json<CaptureAnswer>('capture', ...files);
        expect([seed, capture.code]).toEqual([seed, 3]);
        expect(capture.value).toMatchObject({ events: 17, recorded: 15, alreadyRecorded: 1, refused: 1 });
        const conflict = capture.value.outcomes.find(({ code }) => code === 'CONFLICT');
        expect(conflict?.file).toMatch(/(?:shipping|receiving)-cte\.jsonld$/);

        const { code, value } = await scene.cotrace.json<TraceAnswer>('trace', SALAD, '--up');
        expect(code).toBe(0);
        expect([value.complete, value.asOf.attestedBy]).toEqual([true, ['FarmMSP', 'ShopMSP']]);
        expect(value.withoutOrigin).toEqual(known.trace?.withoutOrigin);
        expect(value.identifiers.map(({ traceId }) => traceId).sort()).toEqual(
          known.trace?.identifiers.map(({ traceId }) => traceId).sort(),
        );
        // Other organisations recorded them: the records are others, what they say is not.
        const first = new Set(known.trace?.events.map(saidBy));
        expect(value.events).toHaveLength(first.size);
        const others = value.events.filter((event) => !first.has(saidBy(event)));
        expect(others.map(({ record }) => record?.eventID)).toEqual(
          conflict?.file.includes('shipping') === true ? [] : [TOLD_IN_TWO_WAYS],
        );
      });

      it('and a proof of another network is refused by its trust file', async () => {
        const trust = `${scene.cotrace.home}/trust.json`;
        const { code, stdout, stderr } = await new Running([
          '--json',
          'verify',
          known.proof,
          '--trust',
          trust,
        ]).ended;
        expect([code, stdout]).toEqual([1, '']);
        expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'NO_QUORUM' } });
      });
    },
  );
}
