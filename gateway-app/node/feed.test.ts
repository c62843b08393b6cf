import { describe, expect, it } from '@jest/globals';
import { HeightFeed } from './feed.js';
import { Backoff, pauseFor } from './retry.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a height feed', () => {
  it('gives the numbers below its height at once and the others as it grows', async () => {
    const feed = new HeightFeed(3n);
    const stopping = new AbortController();
    const seen: bigint[] = [];
    const reading = (async () => {
      for await (const blockNum of feed.numbers(1n, stopping.signal)) seen.push(blockNum);
    })();
    await turn();
    expect(seen).toEqual([1n, 2n]);
    feed.advance(4n);
    feed.advance(6n);
    await turn();
    expect(seen).toEqual([1n, 2n, 3n, 4n, 5n]);
    stopping.abort();
    await reading;
    feed.advance(9n);
    expect(seen).toHaveLength(5);
  });

  it('serves readers at different places', async () => {
    const feed = new HeightFeed(0n);
    const { signal } = new AbortController();
    const [first, second] = [feed.numbers(0n, signal), feed.numbers(5n, signal)];
    const [a, b] = [first.next(), second.next()];
    feed.advance(1n);
    expect((await a).value).toBe(0n);
    feed.advance(6n);
    expect((await b).value).toBe(5n);
  });

  it('does not wait once it is aborted', async () => {
    await new HeightFeed(0n).above(7n, AbortSignal.abort());
    expect((await new HeightFeed(0n).numbers(0n, AbortSignal.abort()).next()).done).toBe(true);
  });
});

describe('a pause', () => {
  it('ends at once where it is aborted, before or meanwhile', async () => {
    await pauseFor(60_000, AbortSignal.abort());
    const stopping = new AbortController();
    const pausing = pauseFor(60_000, stopping.signal);
    stopping.abort();
    await pausing;
  });

  it('grows from failure to failure, up to its limit, and begins anew', async () => {
    const lengths: number[] = [];
    const backoff = new Backoff();
    const aborted = AbortSignal.abort();
    const lengthOf = async () => {
      const begin = performance.now();
      await backoff.wait(new AbortController().signal);
      lengths.push(performance.now() - begin);
    };
    await lengthOf();
    // The later ones are not waited for: 50, 100, 200 ms and on to 2 s.
    for (let i = 0; i < 3; i++) await backoff.wait(aborted);
    backoff.reset();
    await lengthOf();
    for (const length of lengths) expect(length).toBeGreaterThanOrEqual(20);
  });
});
