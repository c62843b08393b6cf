import { beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_DOMAINS } from '@cotrace/core';
import { existsSync, readFileSync } from 'node:fs';
import type { CaptureAnswer, TraceAnswer } from './answers.js';
import { fsmaFiles, SALAD } from './data.js';
import { Running } from './cotrace.js';
import type { Scene } from './scene.js';
import { tamperings } from './tamperings.js';

const HARVESTED = 'https://id.gs1.org/01/00860009999923/10/ABC1234';

/** The trace of the lettuce, for other parts of the suite. */
export interface Known {
  /** Path of its proof. */
  readonly proof: string;
  trace: TraceAnswer | null;
}

/** The lettuce of the food traceability rule: its events, its trace, and the proof of it. */
export function lettuce(scene: Scene): Known {
  const proof = scene.path('salad.json');
  const known: Known = { proof, trace: null };

  (fsmaFiles.length > 0 ? describe : describe.skip)(
    'the lettuce of fsma204 (skipped where it is missing)',
    () => {
      let captured: CaptureAnswer;
      let traced: TraceAnswer;

      beforeAll(async () => {
        const capture = await scene.cotrace.json<CaptureAnswer>('capture', ...fsmaFiles);
        expect(capture.code).toBe(3);
        captured = capture.value;
        const trace = await scene.cotrace.json<TraceAnswer>('trace', SALAD, '--up', '--proof', proof);
        expect(trace.code).toBe(0);
        traced = trace.value;
        known.trace = traced;
      });

      it('is recorded but for one event that is told twice and one that is told in two ways', () => {
        expect(captured).toMatchObject({
          events: 17,
          recorded: 15,
          alreadyRecorded: 1,
          refused: 1,
          failed: 0,
        });
        const [refused, ...others] = captured.outcomes.filter(({ status }) => status === 'refused');
        expect(others).toEqual([]);
        expect(refused).toMatchObject({ code: 'CONFLICT', path: 'epcisBody.eventList[0]', txId: null });
        expect(refused?.file).toMatch(/shipping-cte\.jsonld$/);
        expect(refused?.reasons.join()).toMatch(/already recorded by Org1MSP with other content/);
        const [twice] = captured.outcomes.filter(({ status }) => status === 'already recorded');
        const sameTransaction = captured.outcomes.filter(({ txId }) => txId === twice?.txId);
        expect(sameTransaction.map(({ status }) => status).sort()).toEqual(['already recorded', 'recorded']);
      });

      it('has its comments told as ignored', () => {
        expect(captured.warnings).toHaveLength(fsmaFiles.length);
        for (const warning of captured.warnings) expect(warning).toMatch(/_comment_gs1us_mapping .*ignored/);
      });

      it('can be recorded again without a change', async () => {
        const { code, value } = await scene.cotrace.json<CaptureAnswer>('capture', ...fsmaFiles);
        expect(code).toBe(3);
        expect(value).toMatchObject({ events: 17, recorded: 0, alreadyRecorded: 16, refused: 1, failed: 0 });
        const first = captured.outcomes.map(({ txId }) => txId);
        expect(value.outcomes.map(({ txId }) => txId)).toEqual(first);
      });

      it('is traced from the salad back to the harvest: 14 events, each once, each with its place and a checked proof', () => {
        expect(traced).toMatchObject({ question: { traceId: SALAD }, complete: true });
        expect(traced.events.filter(({ certain }) => !certain)).toEqual([]);
        expect(traced.events).toHaveLength(14);
        expect(new Set(traced.events.map(({ recordId }) => recordId)).size).toBe(14);
        for (const event of traced.events) {
          expect(event.txId).toMatch(/^[0-9a-f]{64}$/);
          expect(event.block).toMatch(/^\d+$/);
          expect(event.txNum).toBeGreaterThanOrEqual(0);
          expect(DEFAULT_DOMAINS.map(({ name }) => name)).toContain(event.domain);
          const outcome = captured.outcomes.find(
            ({ txId, status }) => txId === event.txId && status === 'recorded',
          );
          expect(outcome).toMatchObject({ domain: event.domain, block: event.block });
        }
        expect(traced.asOf.attestedBy.length).toBeGreaterThanOrEqual(2);
      });

      it('is traced through the pallet, down to an ingredient without a record of origin', () => {
        const ids = traced.identifiers.map(({ traceId }) => traceId);
        expect(ids).toContain('https://id.gs1.org/00/008600099999850000');
        expect(ids).toContain(HARVESTED);
        expect(traced.withoutOrigin).toEqual(['https://id.gs1.org/01/10860009998022/10/DEF2345']);
      });

      it('is found by its EPC URN too, and leads down from the harvest to the salad', async () => {
        const [urn, down] = await Promise.all([
          scene.cotrace.json<TraceAnswer>('trace', 'urn:epc:class:lgtin:0860009998.103.SALAD-20260420-A'),
          scene.cotrace.json<TraceAnswer>('trace', HARVESTED, '--down'),
        ]);
        expect([urn.code, down.code]).toEqual([0, 0]);
        expect(urn.value.question.traceId).toBe(SALAD);
        expect(urn.value.events).toHaveLength(1);
        const transformed = urn.value.events[0]?.txId;
        expect(down.value.events.map(({ txId }) => txId)).toContain(transformed);
        expect(down.value.identifiers.map(({ traceId }) => traceId)).toContain(SALAD);
      });

      describe('its proof', () => {
        const verify = (file: string, trust: string) =>
          new Running(['--json', 'verify', file, '--trust', trust]).ended;

        it('holds for whoever has the trust file', async () => {
          const { code, stdout } = await verify(proof, `${scene.cotrace.home}/trust.json`);
          expect(code).toBe(0);
          // What only an online look-up tells.
          const { understood, corrections } = traced;
          expect({ ...(JSON.parse(stdout) as object), understood, corrections, faults: [] }).toEqual(traced);
        });

        it('fails wherever it was changed, and says why', async () => {
          const changes = tamperings(readFileSync(proof, 'utf8'), HARVESTED);
          const results = changes.map(async ({ what, changed }, i) => {
            const file = scene.write(`tampered-${i}.json`, changed);
            const { code, stdout, stderr } = await verify(file, `${scene.cotrace.home}/trust.json`);
            const told = JSON.parse(stderr) as { error: { code: string; message: string } };
            expect(told.error.message.length).toBeGreaterThan(10);
            return [what, code, stdout, told.error.code];
          });
          expect(await Promise.all(results)).toEqual(changes.map(({ what, error }) => [what, 1, '', error]));
        });

        it('is not written where the trace cannot be verified', async () => {
          const trust = JSON.parse(readFileSync(`${scene.cotrace.home}/trust.json`, 'utf8')) as {
            quorum: number;
          };
          const strict = scene.write('strict.json', { ...trust, quorum: trust.quorum + 5 });
          const target = scene.path('never.json');
          const { exit } = await scene.cotrace.error('trace', SALAD, '--proof', target, '--trust', strict);
          expect([exit, existsSync(target)]).toEqual([1, false]);
        });
      });
    },
  );
  return known;
}
