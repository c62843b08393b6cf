import { jest } from '@jest/globals';

const LONGEST_MS = 300_000;
const MOST_TIMERS = 2000;

/** Fake timers, on a machine that has run for a while: the clock is not at 0. */
export function startFakeClock(): void {
  jest.useFakeTimers();
  jest.advanceTimersByTime(LONGEST_MS);
}

/** Milliseconds of the fake clock until a promise ends, however it does; infinite where it does not within five minutes. */
export async function took(promise: Promise<unknown>): Promise<number> {
  const began = performance.now();
  const state = { ended: false };
  const end = () => (state.ended = true);
  promise.then(end, end);
  await jest.advanceTimersByTimeAsync(0);
  for (let timers = 0; timers < MOST_TIMERS; timers += 1) {
    const waited = performance.now() - began;
    if (state.ended) return waited;
    if (jest.getTimerCount() === 0 || waited > LONGEST_MS) break;
    await jest.advanceTimersToNextTimerAsync();
  }
  return Infinity;
}

/** What a promise comes to, while the fake clock runs. Throws where it does not end within five minutes. */
export async function ended<T>(promise: Promise<T>): Promise<T> {
  if ((await took(promise)) === Infinity) throw new RangeError('it does not end');
  return promise;
}
