import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startFakeClock, took } from '../testing/fake-clock.js';
import { patiently, tellNow, unlessAborted } from './patience.js';

beforeEach(startFakeClock);

afterEach(() => {
  jest.useRealTimers();
});

describe('what takes long', () => {
  it('is told after two seconds, and every ten seconds from then on, until it ends', async () => {
    const told: string[] = [];
    let end: (value: number) => void = () => undefined;
    const work = patiently(
      new Promise<number>((resolve) => (end = resolve)),
      () => 'a peer',
      (line) => told.push(line),
    );
    const after = async (milliseconds: number) => {
      await jest.advanceTimersByTimeAsync(milliseconds);
      return told.length;
    };
    expect([await after(1999), await after(1), await after(9999), await after(1)]).toEqual([0, 1, 1, 2]);
    expect(told).toEqual(['waiting for a peer', 'waiting for a peer']);
    end(7);
    expect(await work).toBe(7);
    expect(await after(60_000)).toBe(2);
  });

  it('is told once where many wait for the same', async () => {
    const told: string[] = [];
    const tell = tellNow((line) => told.push(line));
    for (const line of ['a', 'a', 'b', 'a']) tell(line);
    await jest.advanceTimersByTimeAsync(9999);
    tell('a');
    expect(told).toEqual(['a', 'b']);
    await jest.advanceTimersByTimeAsync(1);
    tell('a');
    expect(told).toEqual(['a', 'b', 'a']);
  });
});

describe('work that may be interrupted', () => {
  it('is left where it is interrupted, and its own end otherwise', async () => {
    const interrupt = new AbortController();
    const left = unlessAborted(new Promise<object>(() => undefined), interrupt.signal);
    const done = { done: true };
    expect(await unlessAborted(Promise.resolve(done), interrupt.signal)).toBe(done);
    await expect(unlessAborted(Promise.reject(new Error('no')), interrupt.signal)).rejects.toThrow('no');
    // Whatever has ended listens no more: many are waited for with one signal.
    expect(getEventListeners(interrupt.signal, 'abort')).toHaveLength(1);
    interrupt.abort();
    expect(await took(left)).toBe(0);
    expect(await left).toBeNull();
    expect(await unlessAborted(Promise.resolve(done), interrupt.signal)).toBeNull();
  });
});
