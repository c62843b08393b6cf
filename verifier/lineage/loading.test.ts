import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lineageAndNeeds } from './lineage.js';
import { lineageLoading } from './loading.js';
import { natureOf, readHistory, tracesOf, withAll } from './testing/notation.js';
import { histories, questionOf, questions, recorders, told } from './testing/random.js';
import type { LineageQuestion, ShownTraces } from './types.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

async function loading(question: LineageQuestion, traces: ShownTraces) {
  const batches: (readonly string[])[] = [];
  const found = await lineageLoading(question, (ids) => {
    batches.push(ids);
    return Promise.resolve(new Map(ids.flatMap((id) => [[id, traces.get(id) ?? []] as const])));
  });
  return { found, batches };
}

describe('a lineage whose traces are loaded as they are reached', () => {
  it('is that of all traces, with each loaded once', async () => {
    await fc.assert(
      fc.asyncProperty(histories, questions, recorders, async (history, [id, direction], who) => {
        const question = { ...questionOf(id, direction), recorders: who };
        const traces = withAll(tracesOf(told(history)), id);
        const { found, batches } = await loading(question, traces);
        expect({ answer: found.answer, needs: found.needs }).toEqual(lineageAndNeeds(question, traces));
        expect(batches.flat()).toHaveLength(new Set(batches.flat()).size);
      }),
      { numRuns: RUNS },
    );
  });

  it('loads what it needs, and not what else a pallet held or an origin went into', async () => {
    const history = readHistory(
      '1 X to A; 2 X to Z; 3 add A in P; 3b add B in P; 4 move P; 5 A to Y; 6 Z to K',
    );
    for (const [direction, ids] of [
      ['up', ['A', 'P', 'X']],
      ['down', ['A', 'P', 'Y']],
      ['both', ['A', 'P', 'X', 'Y']],
      ['none', ['A']],
    ] as const) {
      const { batches, found } = await loading(questionOf('A', direction), tracesOf(history));
      expect(batches.flat().sort()).toEqual(ids);
      expect([...found.needs.keys()]).toEqual(ids);
    }
  });

  it('goes through a long chain as fast as it is loaded', async () => {
    const chain = Array.from({ length: 300 }, (_, at) => `1n${at} A${at} to A${at + 1}`);
    const { batches, found } = await loading(
      questionOf('A300', 'up'),
      tracesOf(readHistory(chain.join('; '))),
    );
    expect(batches).toHaveLength(301);
    expect(found.answer.identifiers).toHaveLength(301);
  });

  it('loads no more than the limit allows, whatever transformations lead to', async () => {
    const many = Array.from({ length: 50 }, (_, at) => `A${at}`).join();
    const question = { ...questionOf('Y', 'up'), natureOf, limits: { identifiers: 10, events: 100 } };
    const { batches, found } = await loading(question, tracesOf(readHistory(`1 ${many} to Y`)));
    expect(batches.flat()).toHaveLength(10);
    expect(found.answer.cut).toHaveLength(41);
  });
});
