import { CotraceError } from '@cotrace/core';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ended, startFakeClock, took } from '../testing/fake-clock.js';
import { askAll } from './ask-all.js';
import { firstAnswer, inTurn } from './ask-in-turn.js';
import type { Turn } from './asked.js';
import { Faults } from './faults.js';

const PARTIES = ['a', 'b', 'c'].map((name) => ({ name }));
const away = new CotraceError('UNREACHABLE', 'connection refused');
const refusal = new CotraceError('NOT_YOUR_ROLE', 'no');
const never = () => new Promise<never>(() => undefined);
/** What `act` comes to, so much later. */
const after = <T>(milliseconds: number, act: () => T) =>
  new Promise<() => T>((resolve) => setTimeout(resolve, milliseconds, act)).then((late) => late());
const fail = (error: Error) => () => {
  throw error;
};
const codes = (faults: Faults) => faults.list().map(({ node, code }) => `${node} ${code}`);
const same = (answer: string) => answer;

/** What a party does by its name; one that is left out answers with its name at once. */
type Does = Readonly<Record<string, (turn: Turn) => Promise<string>>>;

beforeEach(startFakeClock);

afterEach(() => {
  jest.useRealTimers();
});

describe('the first answer', () => {
  function ask(does: Does, { check = same, faults = new Faults(), parties = PARTIES } = {}) {
    const began = performance.now();
    const asked: string[] = [];
    const times: number[] = [];
    const signals = new Map<string, AbortSignal>();
    const answer = firstAnswer(
      parties,
      ({ name }, turn) => {
        asked.push(name);
        times.push(performance.now() - began);
        signals.set(name, turn.signal);
        return does[name]?.(turn) ?? Promise.resolve(name);
      },
      faults,
      check,
    );
    return { answer, asked, times, signals, faults };
  }

  it('is that of the first party that has one, whatever is wrong with those before', async () => {
    const { answer, asked, times, faults } = ask({
      a: () => Promise.reject(away),
      b: () => Promise.reject(refusal),
    });
    expect(await ended(answer)).toBe('c');
    expect([asked, times]).toEqual([
      ['a', 'b', 'c'],
      [0, 0, 0],
    ]);
    expect(codes(faults)).toEqual(['a UNREACHABLE', 'b NOT_YOUR_ROLE']);
  });

  it('is not one that does not hold', async () => {
    const { answer, asked, faults } = ask(
      {},
      {
        check: (name) => {
          if (name === 'a') throw new CotraceError('BAD_ANSWER', 'no');
          return name;
        },
      },
    );
    expect(await ended(answer)).toBe('b');
    expect([asked, codes(faults)]).toEqual([['a', 'b'], ['a BAD_ANSWER']]);
  });

  it('is given half a second before the next party is asked as well', async () => {
    const { answer, asked, times, faults } = ask({ a: never, b: never });
    expect(await took(answer)).toBe(1000);
    expect(await ended(answer)).toBe('c');
    expect([asked, times]).toEqual([
      ['a', 'b', 'c'],
      [0, 500, 1000],
    ]);
    expect(faults.list()).toEqual([
      { node: 'a', code: 'UNREACHABLE', message: 'did not answer within 1 s' },
      { node: 'b', code: 'UNREACHABLE', message: 'did not answer within 0.5 s' },
    ]);
  });

  it('may be that of a party whose turn is over, and names nobody whose turn is not', async () => {
    const { answer, asked, signals, faults } = ask({ a: () => after(600, () => 'late'), b: never });
    expect(await took(answer)).toBe(600);
    expect(await ended(answer)).toBe('late');
    expect([asked, codes(faults), signals.get('b')?.aborted]).toEqual([['a', 'b'], [], true]);
  });

  it('is waited for where everybody has been asked', async () => {
    const { answer, faults } = ask({ a: never, b: never, c: () => after(5000, () => 'c') });
    expect(await took(answer)).toBe(6000);
    expect(codes(faults)).toEqual(['a UNREACHABLE', 'b UNREACHABLE']);
  });

  it('is waited for where all others have failed since', async () => {
    const refusing = () => after(100, fail(refusal));
    const { answer, faults } = ask({ a: () => after(2000, () => 'a'), b: refusing, c: refusing });
    expect(await took(answer)).toBe(2000);
    expect([await ended(answer), codes(faults)]).toEqual(['a', ['b NOT_YOUR_ROLE', 'c NOT_YOUR_ROLE']]);
  });

  it('does not wait for a party that is silent, and ends the question to it', async () => {
    const { answer, signals, faults } = ask({ a: never });
    await took(answer);
    expect(await ended(answer)).toBe('b');
    expect([codes(faults), signals.get('a')?.aborted]).toEqual([['a UNREACHABLE'], true]);
  });

  it('is waited for where it comes in parts, and not where it trickles', async () => {
    const parts = (count: number) => (turn: Turn) => {
      for (let i = 0; i < count; i += 1) turn.part();
      return after(900, () => 'long');
    };
    const [long, trickling] = [ask({ a: parts(100) }), ask({ a: parts(1) })];
    await took(Promise.all([long.answer, trickling.answer]));
    expect([await long.answer, long.asked]).toEqual(['long', ['a']]);
    expect([await trickling.answer, trickling.times]).toEqual(['b', [0, 510]]);
  });

  it('has time for parts that come while it is waited for', async () => {
    const { answer, asked, times } = ask({
      a: (turn) =>
        after(400, () => {
          for (let i = 0; i < 30; i += 1) turn.part();
        }).then(never),
    });
    await took(answer);
    expect([asked, times]).toEqual([
      ['a', 'b'],
      [0, 800],
    ]);
  });

  it('is the first of two at the same time, and names who failed just then', async () => {
    /** The first party answers when the second one ends so. */
    const together = (end: () => string) => {
      let answerFirst: (text: string) => void = () => undefined;
      return ask({
        a: () => new Promise((resolve) => (answerFirst = resolve)),
        b: () =>
          after(100, () => {
            answerFirst('a');
            return end();
          }),
      });
    };
    const failing = together(fail(refusal));
    expect(await took(failing.answer)).toBe(600);
    expect([await failing.answer, codes(failing.faults)]).toEqual(['a', ['b NOT_YOUR_ROLE']]);
    const both = together(() => 'b');
    await took(both.answer);
    expect([await both.answer, codes(both.faults)]).toEqual(['a', []]);
  });

  it('is an error with every fault where there is none, by the code that all have', async () => {
    const all = (error: Error) => ({ a: () => Promise.reject(error), b: () => Promise.reject(error) });
    const faults = new Faults();
    faults.add('z', refusal);
    const { answer } = ask({ ...all(away), c: () => Promise.reject(away) }, { faults });
    const failed = expect(answer).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: 'no node has an answer: a: connection refused; b: connection refused; c: connection refused',
      detail: { faults: ['a', 'b', 'c'].map((node) => ({ node, code: 'UNREACHABLE' })) },
    });
    expect(await took(answer)).toBe(0);
    await failed;
    await expect(ended(ask({ ...all(away), c: () => Promise.reject(refusal) }).answer)).rejects.toMatchObject(
      {
        code: 'NO_ANSWER',
      },
    );
    await expect(ended(ask({}, { parties: [] }).answer)).rejects.toMatchObject({ code: 'NO_ANSWER' });
  });

  it('never hides an error of our own', async () => {
    const bug = new TypeError('oops');
    await expect(ended(ask({ a: () => Promise.reject(bug) }).answer)).rejects.toBe(bug);
  });

  it('is asked last of those that were at fault just now', async () => {
    const faults = new Faults();
    faults.add('a', away);
    faults.add('b', refusal);
    const { answer, asked } = ask({ c: () => Promise.reject(away) }, { faults });
    expect([await ended(answer), asked]).toEqual(['a', ['c', 'a']]);
  });
});

describe('asking all', () => {
  const enough = (count: number) => (answers: readonly unknown[]) => answers.length >= count;
  /** Asks the three; all times are on a fake clock. */
  function ask(does: Does, { faults = new Faults(), count = 2 } = {}) {
    const signals = new Map<string, AbortSignal>();
    const answers = askAll(
      PARTIES,
      ({ name }, signal) => {
        signals.set(name, signal);
        return does[name]?.({ signal, part: () => undefined }) ?? Promise.resolve(name);
      },
      faults,
      enough(count),
    );
    return { answers, signals, faults };
  }
  const namesOf = async (answers: ReturnType<typeof ask>['answers']) =>
    (await answers).map(({ answer }) => answer);

  it('asks them at the same time, and has what all answer', async () => {
    const slow = (name: string) => () => after(400, () => name);
    const { answers, faults } = ask({ a: slow('a'), b: slow('b'), c: slow('c') });
    expect(await took(answers)).toBe(400);
    expect([await namesOf(answers), codes(faults)]).toEqual([['a', 'b', 'c'], []]);
  });

  it('takes what enough of them answer, and names the others half a second after they were asked', async () => {
    const { answers, signals, faults } = ask({ a: () => after(300, () => 'a'), b: never });
    expect(await took(answers)).toBe(500);
    expect(await namesOf(answers)).toEqual(['c', 'a']);
    expect(faults.list()).toEqual([
      { node: 'b', code: 'UNREACHABLE', message: 'did not answer within 0.5 s' },
    ]);
    expect(signals.get('b')?.aborted).toBe(true);
  });

  it('waits for those that are a little slower', async () => {
    const { answers, faults } = ask({ b: () => after(499, () => 'b') });
    await took(answers);
    expect([await namesOf(answers), codes(faults)]).toEqual([['a', 'c', 'b'], []]);
  });

  it('waits for as many as are enough, however long they take', async () => {
    const { answers, faults } = ask({ a: () => after(3000, () => 'a'), b: never });
    expect(await took(answers)).toBe(3000);
    expect([await namesOf(answers), codes(faults)]).toEqual([['c', 'a'], ['b UNREACHABLE']]);
  });

  it('does not wait a second time for one that was silent, and names it for that alone', async () => {
    const faults = new Faults();
    faults.add('b', refusal);
    const { answers } = ask({ b: never }, { faults });
    expect(await took(answers)).toBe(0);
    expect([await namesOf(answers), codes(faults)]).toEqual([['a', 'c'], ['b NOT_YOUR_ROLE']]);
  });

  it('waits for one that is silent for the first time, beside one that was before', async () => {
    const faults = new Faults();
    faults.add('b', refusal);
    const { answers } = ask({ b: never, c: never }, { faults, count: 1 });
    expect(await took(answers)).toBe(500);
    expect([await namesOf(answers), codes(faults)]).toEqual([['a'], ['b NOT_YOUR_ROLE', 'c UNREACHABLE']]);
  });

  it('has what there is where that is not enough', async () => {
    const refusing = () => Promise.reject(refusal);
    const { answers, faults } = ask({ b: refusing, c: refusing });
    expect(await took(answers)).toBe(0);
    expect(await namesOf(answers)).toEqual(['a']);
    expect(codes(faults)).toEqual(['b NOT_YOUR_ROLE', 'c NOT_YOUR_ROLE']);
  });

  it('never hides an error of our own, and ends what is under way then', async () => {
    const bug = new TypeError('oops');
    const { answers, signals } = ask({ a: () => Promise.reject(bug), b: never });
    await expect(ended(answers)).rejects.toBe(bug);
    expect(signals.get('b')?.aborted).toBe(true);
  });
});

describe('asking in turn', () => {
  it('begins with another one each time, and leaves nobody out', () => {
    expect([0, 1, 2, 3].map((turn) => inTurn(['a', 'b', 'c'], turn).join(''))).toEqual([
      'abc',
      'bca',
      'cab',
      'abc',
    ]);
    expect(inTurn([], 3)).toEqual([]);
  });
});
