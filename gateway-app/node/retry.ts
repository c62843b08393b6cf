import { FIRST_PAUSE_MS, LONGEST_PAUSE_MS } from './limits.js';

/** Pauses that grow from 50 ms to 2 s, with jitter, until told that things go well again. */
export class Backoff {
  #pause = FIRST_PAUSE_MS;

  reset(): void {
    this.#pause = FIRST_PAUSE_MS;
  }

  /** Waits; returns at once when `signal` is aborted. */
  async wait(signal: AbortSignal): Promise<void> {
    const pause = this.#pause * (0.5 + Math.random());
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
    await pauseFor(pause, signal);
  }
}

/** Waits `milliseconds`, or until `signal` is aborted. */
export async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}

/** What a promise resolves to within `milliseconds`; null where it takes longer. */
export async function within<T extends object>(promise: Promise<T>, milliseconds: number): Promise<T | null> {
  const timer = new AbortController();
  try {
    return await Promise.race([promise, pauseFor(Math.max(milliseconds, 0), timer.signal).then(() => null)]);
  } finally {
    timer.abort();
  }
}

/** Whether `signal` is aborted by now; TypeScript believes that what it saw of a property lasts across an await. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
