import { jest } from '@jest/globals';

const LONGEST_MS = 60_000;

/** Fake timers, on a machine that has run for a while: the clock is not at 0. */
export function startFakeClock(): void {
  jest.useFakeTimers();
  jest.advanceTimersByTime(LONGEST_MS);
}

/** Milliseconds of the fake clock until a promise ends, however it does; infinite where it does not within a minute. */
export async function took(promise: Promise<unknown>): Promise<number> {
  const began = performance.now();
  const state = { ended: false };
  const end = () => (state.ended = true);
  promise.then(end, end);
  await jest.advanceTimersByTimeAsync(0);
  while (!state.ended) {
    if (jest.getTimerCount() === 0 || performance.now() - began > LONGEST_MS) return Infinity;
    await jest.advanceTimersToNextTimerAsync();
  }
  return performance.now() - began;
}
