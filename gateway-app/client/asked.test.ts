import { CotraceError } from '@cotrace/core';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startFakeClock } from '../testing/fake-clock.js';
import { Asked, type Turn } from './asked.js';

const NEVER = new AbortController().signal;
const PARTY = { name: 'a' };

beforeEach(startFakeClock);

afterEach(() => {
  jest.useRealTimers();
});

/** A question that is under way, how the party tells of parts of its answer, and how it answers. */
function question() {
  let turn: Turn | null = null;
  let answer: (text: string) => void = () => undefined;
  const asked = new Asked(
    PARTY,
    (_party, given) => {
      turn = given;
      return new Promise<string>((resolve) => (answer = resolve));
    },
    NEVER,
  );
  const parts = (count: number) => {
    for (let i = 0; i < count; i += 1) turn?.part();
  };
  return { asked, parts, answer };
}

describe('a question to one party', () => {
  it('is the party’s turn for half a second, and 10 ms more for each part of the answer, 10 s at most', () => {
    const { asked, parts } = question();
    const turn = () => asked.turnEnds - performance.now();
    expect(turn()).toBe(500);
    parts(1);
    expect(turn()).toBe(510);
    parts(9);
    expect(turn()).toBe(600);
    parts(2000);
    expect(turn()).toBe(10_000);
  });

  it('says for how long it was not answered, to a tenth of a second', () => {
    const { asked } = question();
    jest.advanceTimersByTime(1260);
    expect(asked.silence).toMatchObject({ code: 'UNREACHABLE', message: 'did not answer within 1.3 s' });
    jest.advanceTimersByTime(8770);
    expect(asked.silence.message).toBe('did not answer within 10 s');
  });

  it('is under way until it is answered', async () => {
    const { asked, answer } = question();
    await jest.advanceTimersByTimeAsync(100);
    expect(asked.ended).toBeNull();
    answer('here');
    expect(await asked.ending).toEqual({ from: PARTY, answer: 'here' });
    expect(asked.ended).toEqual({ from: PARTY, answer: 'here' });
  });

  it('ends with an error where the party has one, whoever raises it', async () => {
    const error = new CotraceError('NOT_YOUR_ROLE', 'no');
    const refused = new Asked(PARTY, () => Promise.reject(error), NEVER);
    expect(await refused.ending).toEqual({ from: PARTY, error });
    const bug = new TypeError('oops');
    const broken = new Asked(
      PARTY,
      () => {
        throw bug;
      },
      NEVER,
    );
    expect(await broken.ending).toEqual({ from: PARTY, error: bug });
    expect(broken.ended).toEqual({ from: PARTY, error: bug });
  });

  it('can be taken back', () => {
    const stop = new AbortController();
    let given: AbortSignal = NEVER;
    const asked = new Asked(
      PARTY,
      (_party, { signal }) => {
        given = signal;
        return new Promise<never>(() => undefined);
      },
      stop.signal,
    );
    stop.abort();
    expect([given.aborted, asked.ended]).toEqual([true, null]);
  });
});
