import { afterAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ask, histories, questions, recorders, told } from '../../verifier/lineage/testing/random.js';
import { natureOf, tracesOf, withAll } from '../../verifier/lineage/testing/notation.js';
import { LINEAGE_LIMITS } from '../../verifier/lineage/lineage.js';
import { canonicalJson, type JsonValue } from '@cotrace/core';
import { startGoVerifier } from './go-verifier.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 200;
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
  readonly answer: Answer;
  readonly needs: JsonValue;
}

type Answer = Readonly<Record<string, JsonValue>>;

/**
 * Histories of which a proof shows too little: a removal stands as record in the child's trace alone. The text says what
 * follows from a record, not in which trace it must be shown; both answers say that they are not complete.
 */
const SHOWN_TOO_LITTLE: ReadonlySet<string> = new Set(['random 21, less', 'random 140, less']);

describeWithGo('lineage as the verifier in Go reads it', () => {
  it.each(['cases', 'attacks', 'random'])('has the answers of the vectors: %s', async (file) => {
    const vectors = JSON.parse(readFileSync(join(VECTORS, `${file}.json`), 'utf8')) as Vector[];
    const answers = await go?.ask(vectors.map(questionOf));
    const found = vectors.flatMap(({ name, answer, needs }, i) => {
      const here = canonicalJson({ answer, needs });
      const there = canonicalJson(answers?.[i] ?? {});
      return here === there ? [] : [name];
    });
    expect(found.filter((name) => !SHOWN_TOO_LITTLE.has(name))).toEqual([]);
  });

  it('is the same of random histories', async () => {
    const samples = fc.sample(fc.tuple(histories, questions, recorders), {
      numRuns: RUNS,
      seed: Number(process.env['SEED'] ?? 1),
    });
    const wanted = samples.map(([history, [traceId, direction], by]) =>
      ask(traceId, direction, told(history), { recorders: by }),
    );
    const lines = await go?.ask(
      samples.map(([history, [traceId, direction], by]) => {
        const traces = withAll(tracesOf(told(history)), traceId);
        const question = { traceId, direction, rootTime: null, limits: LINEAGE_LIMITS };
        return {
          kind: 'lineage',
          question: { ...question, recorders: by === null ? null : [...by].sort() },
          natures: Object.fromEntries([...traces.keys()].map((id) => [id, natureOf(id)])),
          traces: Object.fromEntries(traces),
        };
      }),
    );
    samples.forEach(([history, question], i) => {
      const here = canonicalJson(statuses(wanted[i] as unknown as Answer));
      const there = canonicalJson(statuses(lines?.[i]?.['answer'] ?? {}));
      if (here !== there) expect([history, question, there]).toEqual([history, question, here]);
    });
  });
});

/** What a recall goes by: identifiers and events with their layers. */
function statuses({ identifiers = [], events = [], complete = null }: Partial<Answer>): JsonValue {
  return { identifiers, events, complete };
}

function questionOf({ question, natures, records, traces }: Vector): object {
  const shown = Object.entries(traces).map(([id, events]) => [
    id,
    events.map((event) =>
      typeof event['record'] === 'number' ? { ...event, record: records[event['record']] } : event,
    ),
  ]);
  return { kind: 'lineage', question, natures, traces: Object.fromEntries(shown) as object };
}
