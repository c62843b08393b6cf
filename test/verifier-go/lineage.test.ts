import { afterAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  histories,
  limits,
  questionOf,
  questions,
  recorders,
  rootTimes,
  told,
} from '../../verifier/lineage/testing/random.js';
import { tracesOf, withAll } from '../../verifier/lineage/testing/notation.js';
import { faults, withFaults } from '../../verifier/lineage/testing/faults.js';
import { onlyNeeded } from '../../verifier/lineage/testing/showing.js';
import { lineageAndNeeds } from '../../verifier/lineage/lineage.js';
import type { LineageNeeds, LineageQuestion, ShownTraces } from '../../verifier/lineage/types.js';
import { canonicalJson, type JsonValue } from '@cotrace/core';
import { startGoVerifier } from './go-verifier.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 200;
/** All that random histories name. */
const IDS = ['a', 'b', 'A', 'B', 'P', 'Q', 'V', 'G', 'L', 'X', 'Y', 't'];
const VECTORS = join(import.meta.dirname, '../vectors/lineage');

const go = startGoVerifier();
const describeWithGo = go === null ? describe.skip : describe;
afterAll(() => go?.stop());

interface Vector {
  readonly name: string;
  readonly question: JsonValue;
  readonly natures: JsonValue;
  readonly records: readonly JsonValue[];
  readonly traces: Readonly<Record<string, readonly Readonly<Record<string, JsonValue>>[]>>;
  readonly answer: JsonValue;
  readonly needs: JsonValue;
}

describeWithGo('lineage as the verifier in Go reads it', () => {
  it.each(['cases', 'attacks', 'random'])('has the answers of the vectors: %s', async (file) => {
    const vectors = JSON.parse(readFileSync(join(VECTORS, `${file}.json`), 'utf8')) as Vector[];
    const answers = await go?.ask(vectors.map(questionOfVector));
    const found = vectors.flatMap(({ name, answer, needs }, i) => {
      const here = canonicalJson({ answer, needs });
      const there = canonicalJson(answers?.[i] ?? {});
      return here === there ? [] : [name];
    });
    expect(found).toEqual([]);
  });

  it('is the same of random histories, whether or not their traces agree', async () => {
    const samples = fc
      .sample(fc.tuple(histories, questions, recorders, limits, rootTimes, faults, fc.boolean()), {
        numRuns: RUNS,
        seed: Number(process.env['SEED'] ?? 1),
      })
      .map(([history, [traceId, direction], by, most, rootTime, wrong, isNeeded]) => {
        const question = { ...questionOf(traceId, direction), recorders: by, limits: most, rootTime };
        const traces = withFaults(withAll(tracesOf(told(history)), traceId), wrong);
        const shown = isNeeded ? onlyNeeded(traces, lineageAndNeeds(question, traces).needs) : traces;
        return { history, wrong, question, shown };
      });
    const answers = await go?.ask(samples.map(({ question, shown }) => asked(question, shown)));
    for (const [i, { history, wrong, question, shown }] of samples.entries()) {
      const { answer, needs } = lineageAndNeeds(question, shown);
      const here = canonicalJson({ answer, needs: listed(needs) });
      const there = canonicalJson(answers?.[i] ?? null);
      if (here !== there) expect([history, wrong, question, there]).toEqual([history, wrong, question, here]);
    }
  });
});

function asked(
  { natureOf: nature, recorders: by, ...question }: LineageQuestion,
  shown: ShownTraces,
): object {
  return {
    kind: 'lineage',
    question: { ...question, recorders: by === null ? null : [...by].sort() },
    natures: Object.fromEntries(IDS.map((id) => [id, nature(id)])),
    traces: Object.fromEntries(shown),
  };
}

function listed(needs: LineageNeeds): JsonValue {
  return Object.fromEntries([...needs].map(([id, places]) => [id, [...places].sort((a, b) => a - b)]));
}

function questionOfVector({ question, natures, records, traces }: Vector): object {
  const shown = Object.entries(traces).map(([id, events]) => [
    id,
    events.map((event) =>
      typeof event['record'] === 'number' ? { ...event, record: records[event['record']] } : event,
    ),
  ]);
  return { kind: 'lineage', question, natures, traces: Object.fromEntries(shown) as object };
}
