import { CotraceError } from '@cotrace/core';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { away, refused } from '../testing/gateway-errors.js';
import { patiently } from './patiently.js';

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
});

afterEach(() => {
  jest.useRealTimers();
});

/** What becomes of attempts that fail so, one after the other, with a deadline of 400 ms and pauses of 200 ms. */
async function tried(failures: readonly Error[], stillStarting: () => void = () => undefined) {
  const left = [...failures];
  const attempts: number[] = [];
  const pauses: number[] = [];
  const outcome = patiently(
    () => {
      attempts.push(Date.now());
      const failure = left.shift();
      return failure === undefined ? Promise.resolve('done') : Promise.reject(failure);
    },
    (error) => new CotraceError('LIFECYCLE', 'failed', {}, error),
    {
      deadline: 400,
      pause: 200,
      stillStarting: () => {
        pauses.push(Date.now());
        stillStarting();
      },
    },
  ).catch((error: unknown) => error);
  await jest.runAllTimersAsync();
  return { attempts, pauses, outcome: await outcome };
}

describe('an attempt at a peer that starts', () => {
  it('is made once where it succeeds', async () => {
    expect(await tried([])).toEqual({ attempts: [0], pauses: [], outcome: 'done' });
  });

  it('is made again while the peer is away, with a pause before which it is looked whether to wait', async () => {
    expect(await tried([away(), away()])).toEqual({
      attempts: [0, 200, 400],
      pauses: [0, 200],
      outcome: 'done',
    });
  });

  it('is the last one once the deadline has passed', async () => {
    const errors = [away(), away(), away(), away()];
    const { attempts, pauses, outcome } = await tried([...errors, away()]);
    expect(attempts).toEqual([0, 200, 400, 600]);
    expect(pauses).toEqual([0, 200, 400]);
    expect(outcome).toMatchObject({ code: 'LIFECYCLE', cause: errors[3] });
  });

  it.each([
    ['the contract refuses it', refused('BAD_DEFINITION')],
    ['something of our own is wrong', new TypeError('oops')],
  ])('is the last one where %s', async (_why, error) => {
    const { attempts, outcome } = await tried([error]);
    expect(attempts).toEqual([0]);
    expect(outcome).toMatchObject({ code: 'LIFECYCLE', cause: error });
  });

  it('is the last one where waiting is of no use', async () => {
    const ended = new Error('a process has ended');
    const { attempts, outcome } = await tried([away()], () => {
      throw ended;
    });
    expect(attempts).toEqual([0]);
    expect(outcome).toBe(ended);
  });
});
