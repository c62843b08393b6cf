import { CotraceError } from '@cotrace/core';
import { describe, expect, it } from '@jest/globals';
import { askAll } from './ask-all.js';
import { firstAnswer, inTurn } from './ask-in-turn.js';
import type { Turn } from './asked.js';
import { Faults } from './faults.js';

const PARTIES = ['a', 'b', 'c'].map((name) => ({ name }));
const away = new CotraceError('UNREACHABLE', 'connection refused');
const refusal = new CotraceError('NOT_YOUR_ROLE', 'no');
const never = () => new Promise<never>(() => undefined);
const codes = (faults: Faults) => faults.list().map(({ node, code }) => `${node} ${code}`);
const same = (answer: string) => answer;

describe('the first answer', () => {
  /** Asks with what each party does by its name. */
  function ask(does: Readonly<Record<string, (turn: Turn) => Promise<string>>>, check = same) {
    const faults = new Faults();
    const asked: string[] = [];
    const answer = firstAnswer(
      PARTIES,
      ({ name }, turn) => {
        asked.push(name);
        return does[name]?.(turn) ?? Promise.resolve(name);
      },
      faults,
      check,
    );
    return { answer, asked, faults };
  }

  it('is that of the first party that has one, whatever is wrong with those before', async () => {
    const { answer, asked, faults } = ask({
      a: () => Promise.reject(away),
      b: () => Promise.reject(refusal),
    });
    expect(await answer).toBe('c');
    expect(asked).toEqual(['a', 'b', 'c']);
    expect(codes(faults)).toEqual(['a UNREACHABLE', 'b NOT_YOUR_ROLE']);
  });

  it('is not one that does not hold', async () => {
    const { answer, asked, faults } = ask({}, (name) => {
      if (name === 'a') throw new CotraceError('BAD_ANSWER', 'no');
      return name;
    });
    expect(await answer).toBe('b');
    expect([asked, codes(faults)]).toEqual([['a', 'b'], ['a BAD_ANSWER']]);
  });

  it('does not wait for a party that is silent, and ends the question to it', async () => {
    let ended = false;
    const { answer, faults } = ask({
      a: ({ signal }) => {
        signal.addEventListener('abort', () => (ended = true));
        return never();
      },
    });
    expect(await answer).toBe('b');
    expect([codes(faults), ended]).toEqual([['a UNREACHABLE'], true]);
  });

  it('is waited for where it comes in parts, and not where it trickles', async () => {
    const parts = (count: number) => async (turn: Turn) => {
      for (let i = 0; i < count; i += 1) turn.part();
      await new Promise((resolve) => setTimeout(resolve, 900));
      return 'long';
    };
    expect(await Promise.all([ask({ a: parts(100) }).answer, ask({ a: parts(1) }).answer])).toEqual([
      'long',
      'b',
    ]);
  });

  it('is an error with every fault where there is none, by the code that all have', async () => {
    const all = (error: Error) => ({ a: () => Promise.reject(error), b: () => Promise.reject(error) });
    await expect(ask({ ...all(away), c: () => Promise.reject(away) }).answer).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: 'no node has an answer: a: connection refused; b: connection refused; c: connection refused',
    });
    await expect(ask({ ...all(away), c: () => Promise.reject(refusal) }).answer).rejects.toMatchObject({
      code: 'NO_ANSWER',
    });
  });

  it('never hides an error of our own', async () => {
    const bug = new TypeError('oops');
    await expect(ask({ a: () => Promise.reject(bug) }).answer).rejects.toBe(bug);
  });

  it('is asked last of those that were at fault just now', async () => {
    const faults = new Faults();
    faults.add('a', away);
    expect(await firstAnswer(PARTIES, ({ name }) => Promise.resolve(name), faults, same)).toBe('b');
  });
});

describe('asking all', () => {
  const enough = (count: number) => (answers: readonly unknown[]) => answers.length >= count;

  it('takes what enough of them answer, and names the others', async () => {
    const faults = new Faults();
    const ask = ({ name }: { name: string }) => (name === 'b' ? never() : Promise.resolve(name));
    const answers = await askAll(PARTIES, ask, faults, enough(2));
    expect(answers.map(({ answer }) => answer)).toEqual(['a', 'c']);
    expect(codes(faults)).toEqual(['b UNREACHABLE']);
  });

  it('waits for those that are a little slower', async () => {
    const faults = new Faults();
    const ask = async ({ name }: { name: string }) => {
      if (name === 'b') await new Promise((resolve) => setTimeout(resolve, 100));
      return name;
    };
    expect((await askAll(PARTIES, ask, faults, enough(2))).length).toBe(3);
    expect(codes(faults)).toEqual([]);
  });

  it('does not wait a second time for one that was silent', async () => {
    const faults = new Faults();
    faults.add('b', away);
    const ask = ({ name }: { name: string }) => (name === 'b' ? never() : Promise.resolve(name));
    const began = performance.now();
    expect((await askAll(PARTIES, ask, faults, enough(2))).length).toBe(2);
    expect(performance.now() - began).toBeLessThan(400);
  });

  it('has what there is where that is not enough', async () => {
    const faults = new Faults();
    const ask = ({ name }: { name: string }) =>
      name === 'a' ? Promise.resolve(name) : Promise.reject(refusal);
    expect((await askAll(PARTIES, ask, faults, enough(2))).map(({ answer }) => answer)).toEqual(['a']);
    expect(codes(faults)).toEqual(['b NOT_YOUR_ROLE', 'c NOT_YOUR_ROLE']);
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
