import { describe, expect, it } from '@jest/globals';
import { TokenBucket } from './token-bucket.js';

describe('a bucket of tokens', () => {
  it('gives what it holds, then what comes in time, and never holds more than its size', () => {
    let now = 0;
    const bucket = new TokenBucket(2, 10, () => now);
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false]);
    expect(bucket.wait()).toBe(100);
    now += 100;
    expect([bucket.take(), bucket.take()]).toEqual([true, false]);
    bucket.give();
    expect(bucket.take()).toBe(true);
    now += 60_000;
    bucket.give(5);
    expect(bucket.level).toBe(2);
    expect(bucket.take(3)).toBe(false);
  });
});
