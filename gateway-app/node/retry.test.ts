import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Backoff, pauseFor } from './retry.js';

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

describe('a backoff', () => {
  /** The milliseconds that the next wait takes, under fake timers. */
  async function waited(backoff: Backoff): Promise<number> {
    const before = Date.now();
    const waiting = backoff.wait(new AbortController().signal);
    await jest.runAllTimersAsync();
    await waiting;
    return Date.now() - before;
  }

  it('doubles its pauses from 50 ms to two seconds, and begins again once things go well', async () => {
    jest.useFakeTimers();
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const backoff = new Backoff();
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) pauses.push(await waited(backoff));
    expect(pauses).toEqual([50, 100, 200, 400, 800, 1600, 2000, 2000]);
    backoff.reset();
    expect(await waited(backoff)).toBe(50);
  });

  it('spreads each pause by half, so that not all come at once', async () => {
    jest.useFakeTimers();
    const random = jest.spyOn(Math, 'random').mockReturnValue(0);
    expect(await waited(new Backoff())).toBe(25);
    random.mockReturnValue(0.98);
    expect(await waited(new Backoff())).toBe(74);
  });
});

describe('a pause', () => {
  it('ends at once where its signal is aborted, before or meanwhile, and leaves no listener', async () => {
    const stopping = new AbortController();
    const { signal } = stopping;
    const removed = jest.spyOn(signal, 'removeEventListener');
    const pause = pauseFor(60_000, signal);
    stopping.abort();
    await pause;
    await pauseFor(60_000, signal);
    expect(removed).toHaveBeenCalledTimes(1);
  });
});
