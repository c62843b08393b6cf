import { describe, expect, it } from '@jest/globals';
import { lineageSteps } from './lineage.js';
import { natureOf, readHistory, tracesOf } from './testing/notation.js';
import { questionOf } from './testing/random.js';
import type { Direction, LineageAnswer } from './types.js';

const range = (n: number): number[] => Array.from({ length: n }, (_, at) => at);

/** Histories that somebody who wants to be expensive records, of a size. */
const SHAPES: Record<string, (n: number) => { history: string[]; of: string; direction: Direction }> = {
  'a container that was used as input, up': (n) => ({
    history: [
      ...range(n).map((at) => `1c${at} add c${at} in P`),
      ...range(n).map((at) => `${at + 2}u${at} P to X${at}`),
      `9999 ${range(n)
        .map((at) => `X${at}`)
        .join()} to Y`,
    ],
    of: 'Y',
    direction: 'up',
  }),
  'a container that was used as input while strangers put something in, up': (n) => ({
    history: [
      ...range(n).map((at) => `1c${at} add c${at} in P @M${at}; 2c${at} remove c${at} from P @M${at}`),
      ...range(n).map((at) => `${at + 3}u${at} P to X${at}`),
      `9999 ${range(n)
        .map((at) => `X${at}`)
        .join()} to Y`,
    ],
    of: 'Y',
    direction: 'up',
  }),
  'a container of a lot that was used as input, down': (n) => ({
    history: [
      ...range(n).map((at) => `1c${at} make c${at} of L; 2c${at} add c${at} in P`),
      ...range(n).map((at) => `${at + 3}u${at} P to X${at}`),
    ],
    of: 'L',
    direction: 'down',
  }),
  'a container of a lot that was used as input when it was empty, down': (n) => ({
    history: [
      ...range(n).map(
        (at) => `1c${at} make c${at} of L; 2c${at} add c${at} in P @M; 3c${at} remove c${at} from P @M`,
      ),
      ...range(n).map((at) => `${at + 4}u${at} P to X${at}`),
    ],
    of: 'L',
    direction: 'down',
  }),
  'a container in as many as it held, all at once': (n) => ({
    history: [
      ...range(n).map(
        (at) => `0c${at} make c${at} of L; 1q${at} add P in Q${at}; 9999q${at} see P in Q${at}`,
      ),
      ...range(n).map(
        (at) => `${2 * at + 2}a${at} add c${at} in P; ${2 * at + 3}r${at} remove c${at} from P`,
      ),
    ],
    of: 'L',
    direction: 'up',
  }),
  'an item in many containers': (n) => ({
    history: range(n).map((at) => `${at}a add a in P${at}`),
    of: 'a',
    direction: 'up',
  }),
  'an event that others declare wrong as often as it was told': (n) => ({
    history: ['1 X to Y', ...range(n).map((at) => `1t${at} X to Y @O =1; wrong 1 @M${at}`)],
    of: 'Y',
    direction: 'up',
  }),
  'an event that its author declares wrong as often as it was told': (n) => ({
    history: [
      '1 X to Y',
      ...range(n).map((at) => `1t${at} X,X${at} to Y =1`),
      ...range(n).map((at) => `wrong 1 named Y,X${at}`),
    ],
    of: 'Y',
    direction: 'up',
  }),
};

/** How many steps a lineage takes, and its answer. */
function cost({ history, of, direction }: ReturnType<(typeof SHAPES)[string]>, identifiers = 10_000) {
  const told = new Map(readHistory(history.join(';')).map((one) => [one.record.recordId, one]));
  const question = { ...questionOf(of, direction), natureOf, limits: { identifiers, events: 100_000 } };
  const work = lineageSteps(question, tracesOf([...told.values()]));
  for (let steps = 1; ; steps++) {
    const step = work.next();
    if (step.done === true) return { steps, answer: step.value.answer() };
  }
}

describe('the steps of a lineage', () => {
  it.each(Object.entries(SHAPES))('double with the size of %s', (_, shape) => {
    const [small, large] = [cost(shape(60)), cost(shape(120))];
    expect(large.steps / small.steps).toBeLessThan(2.5);
    expect(sizeOf(large.answer) / sizeOf(small.answer)).toBeLessThan(2.5);
  });

  it('do not grow by what a parent held beyond the limit, but for reading it', () => {
    const shape = (n: number) => ({
      history: range(10).map(
        (at) =>
          `1e${at} add ${range(n)
            .map((child) => `c${at}x${child}`)
            .join()} in P`,
      ),
      of: 'P',
      direction: 'up' as const,
    });
    const [small, large] = [cost(shape(20), 20), cost(shape(40), 20)];
    expect(large.answer.identifiers).toHaveLength(20);
    expect(large.answer.cut).toHaveLength(381);
    expect(large.steps - small.steps).toBeLessThan(20);
  });
});

function sizeOf(answer: LineageAnswer): number {
  return JSON.stringify(answer).length;
}
