import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lineageAndNeeds } from './lineage.js';
import { attacks, cases } from './testing/examples.js';
import { histories, limits, questions, recorders, rootTimes, told } from './testing/random.js';
import { onlyNeeded, withoutOne } from './testing/showing.js';
import { answerTo, vectorOf, type Example, type LineageVector } from './testing/vectors.js';

/** Written anew with UPDATE_VECTORS=1, where the rules changed; other verifiers read them as well. */
const FOLDER = new URL('../../test/vectors/lineage/', import.meta.url);
const FILES: Readonly<Record<string, () => Example[]>> = { cases, attacks, random: randomExamples };

/** Random histories, shown whole, as a prover shows them, with something missing, or asked for with small limits. */
function randomExamples(): Example[] {
  const shape = fc.tuple(fc.constantFrom('whole', 'needed', 'less'), fc.nat());
  const all = fc.sample(fc.tuple(histories, questions, recorders, limits, rootTimes, shape), {
    seed: 58,
    numRuns: 300,
  });
  return all.map(([history, [traceId, direction], who, most, root, [shown, which]], at) => ({
    name: `random ${at}, ${shown}`,
    told: told(history),
    question: {
      traceId,
      direction,
      recorders: who === null ? null : [...who].sort(),
      rootTime: root,
      limits: most,
    },
    alter: (traces, question) => {
      if (shown === 'whole') return traces;
      const { needs } = lineageAndNeeds(question, traces);
      const needed = onlyNeeded(traces, needs);
      return shown === 'needed' ? needed : (withoutOne(needed, needs, which) ?? needed);
    },
  }));
}

/** One vector a line. */
function textOf(vectors: readonly LineageVector[]): string {
  return `[\n${vectors.map((vector) => JSON.stringify(vector)).join(',\n')}\n]\n`;
}

describe.each(Object.entries(FILES))('the vectors of %s', (name, examples) => {
  const file = new URL(`${name}.json`, FOLDER);
  if (process.env['UPDATE_VECTORS'] === '1')
    writeFileSync(file, textOf(examples().map((example) => vectorOf(example))));
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as LineageVector[];

  it('have the answers that are given, and say what must be shown', () => {
    for (const vector of vectors) {
      const { name: named, answer, needs } = vector;
      expect({ named, ...answerTo(vector) }).toEqual({ named, answer, needs });
    }
  });
});

describe('the vectors', () => {
  it('have every case and attack that the tests know', () => {
    for (const [name, examples] of Object.entries({ cases, attacks })) {
      const text = readFileSync(new URL(`${name}.json`, FOLDER), 'utf8');
      expect(text).toBe(textOf(examples().map((example) => vectorOf(example))));
    }
  });
});
