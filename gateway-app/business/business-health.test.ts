import { describe, expect, it } from '@jest/globals';
import { SilentLog } from '../testing/silent-log.js';
import { AttestationPool } from './attestation-pool.js';
import { BusinessHealth } from './business-health.js';

/** A node at `height`, its masters, and a clock in seconds. */
function nodeAt(height: bigint) {
  const clock = { seconds: 0 };
  const feed = { height };
  const pool = new AttestationPool(height);
  const now = () => clock.seconds * 1000;
  const health = new BusinessHealth({ pool, feed, log: new SilentLog(), now }, 2);
  const attests = (source: string, blockNum: bigint) => {
    pool.heard(source, blockNum);
    health.heard(source);
  };
  return { clock, feed, health, attests };
}

describe('a business node', () => {
  it('is behind from when a quorum attests what it has not verified, and stalled after half a minute', () => {
    const { clock, health, attests } = nodeAt(5n);
    attests('a', 9n);
    clock.seconds = 100;
    expect([health.behindSeconds, health.standing(false).state]).toEqual([0, 'following']);
    attests('b', 6n);
    clock.seconds = 129;
    expect([health.behindSeconds, health.standing(true).state]).toEqual([29, 'following']);
    clock.seconds = 130;
    expect(health.standing(true)).toMatchObject({
      state: 'stalled',
      reason: expect.stringContaining('7 blocks are attested by 2 masters, 5 are verified here'),
    });
    expect(health.standing(false).state).toBe('no quorum');
  });

  it('that goes on is not stalled, however far it is behind', () => {
    const { clock, feed, health, attests } = nodeAt(0n);
    expect(health.standing(false).state).toBe('starting');
    for (const source of ['a', 'b']) attests(source, 10_000n);
    for (let blockNum = 1n; blockNum < 100n; blockNum += 1n) {
      clock.seconds += 20;
      feed.height = blockNum;
      health.advanced();
      expect(health.standing(true).state).toBe('following');
    }
    expect(health.behindSeconds).toBe(99 * 20);
  });

  it('has no quorum, too, where the masters disagreed on a block before the one ahead of it was taken', () => {
    const { clock, feed, health, attests } = nodeAt(5n);
    for (const blockNum of [5n, 6n]) for (const source of ['a', 'b']) attests(source, blockNum);
    feed.height = 6n;
    health.advanced();
    clock.seconds = 30;
    expect([health.behindSeconds, health.standing(false).state]).toEqual([30, 'no quorum']);
  });

  it('whose state is not what was sealed says so before that it is behind, until it is', () => {
    const { clock, health, attests } = nodeAt(5n);
    for (const source of ['a', 'b']) attests(source, 9n);
    clock.seconds = 100;
    health.disagrees('cycle 2 differs');
    expect(health.standing(true)).toEqual({ state: 'inconsistent', reason: 'cycle 2 differs' });
    health.disagrees(null);
    expect(health.standing(true).state).toBe('stalled');
  });

  it('is outdated once a quorum attests under rules that it does not know, until one does not', () => {
    const { health, attests } = nodeAt(5n);
    health.isNewer('a', 'rules 2');
    health.isNewer('a', 'rules 2');
    expect(health.standing(false).state).toBe('following');
    health.isNewer('b', 'rules 2');
    expect(health.standing(false)).toEqual({ state: 'outdated', reason: 'rules 2' });
    attests('b', 4n);
    expect(health.standing(false).state).toBe('following');
  });

  it('that was stopped stays so', () => {
    const { health } = nodeAt(5n);
    const stopped = { state: 'disputed', reason: 'block 5' } as const;
    health.stop(stopped);
    health.disagrees('cycle 2 differs');
    health.advanced();
    expect([health.stopped, health.standing(true)]).toEqual([stopped, stopped]);
  });
});
