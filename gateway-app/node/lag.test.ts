import { describe, expect, it } from '@jest/globals';
import { Lag } from './lag.js';

describe('the lag of a node', () => {
  it('counts from the first block that is there and not processed', () => {
    const lag = new Lag(5n, 0);
    expect([lag.behind(9000), lag.stalled(9000)]).toEqual([0, 0]);
    lag.aim(5n, 9000);
    expect(lag.behind(10_000)).toBe(0);
    lag.aim(8n, 10_000);
    lag.aim(20n, 12_000);
    expect([lag.behind(13_000), lag.stalled(13_000)]).toEqual([3000, 3000]);
    lag.reach(7n, 13_000);
    expect([lag.behind(14_000), lag.stalled(14_000)]).toEqual([4000, 1000]);
    lag.reach(8n, 14_000);
    expect([lag.behind(15_000), lag.stalled(15_000)]).toEqual([1000, 1000]);
    lag.reach(19n, 15_000);
    expect([lag.behind(16_000), lag.stalled(16_000)]).toEqual([2000, 1000]);
    lag.reach(20n, 17_000);
    expect(lag.behind(18_000)).toBe(0);
  });

  it('is none for a node whose ledger has lost the block that it was behind', () => {
    const lag = new Lag(5n, 0);
    lag.aim(6n, 0);
    lag.aim(4n, 1000);
    expect([lag.behind(2000), lag.stalled(2000)]).toEqual([0, 0]);
  });

  it('is none for a node that processes block after block', () => {
    const lag = new Lag(0n, 0);
    for (let blockNum = 1n; blockNum < 100n; blockNum += 1n) {
      const now = Number(blockNum) * 1000;
      lag.aim(blockNum + 1n, now);
      lag.reach(blockNum, now + 500);
      expect(lag.behind(now + 500)).toBeLessThan(2000);
    }
  });
});
