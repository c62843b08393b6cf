import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BlockCutter, type BatchLimits, type StartTimer } from './cutter.js';

const runs = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

interface Message {
  readonly id: number;
  readonly size: number;
}

/** A clock that the test moves. */
class ManualClock {
  now = 0;
  #due: { at: number; callback: () => void }[] = [];

  readonly start: StartTimer = (delayMs, callback) => {
    const entry = { at: this.now + delayMs, callback };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  };

  get running(): number {
    return this.#due.length;
  }

  advance(ms: number): void {
    this.now += ms;
    const due = this.#due.filter(({ at }) => at <= this.now);
    this.#due = this.#due.filter(({ at }) => at > this.now);
    for (const { callback } of due) callback();
  }
}

const LIMITS: BatchLimits = {
  maxMessageCount: 3,
  preferredMaxBytes: 100,
  absoluteMaxBytes: 1000,
  batchTimeoutMs: 200,
};

function setUp(limits: BatchLimits = LIMITS) {
  const clock = new ManualClock();
  const batches: number[][] = [];
  const cutter = new BlockCutter<Message>(
    () => limits,
    (batch) => batches.push(batch.map(({ id }) => id)),
    clock.start,
  );
  return { clock, batches, cutter };
}

describe('BlockCutter', () => {
  it('cuts at the message count and stops the timer', () => {
    const { clock, batches, cutter } = setUp();
    for (const id of [1, 2, 3, 4]) cutter.order({ id, size: 10 });
    expect(batches).toEqual([[1, 2, 3]]);
    expect(cutter.pending).toBe(1);
    expect(clock.running).toBe(1);
  });

  it('cuts before the message that would exceed the preferred bytes, and fills them exactly', () => {
    const { batches, cutter } = setUp();
    cutter.order({ id: 1, size: 60 });
    cutter.order({ id: 2, size: 40 });
    expect(batches).toEqual([]);
    cutter.order({ id: 3, size: 1 });
    expect(batches).toEqual([[1, 2]]);
    expect(cutter.pending).toBe(1);
  });

  it('isolates a message above the preferred bytes, after what was pending', () => {
    const { clock, batches, cutter } = setUp();
    cutter.order({ id: 1, size: 10 });
    cutter.order({ id: 2, size: 101 });
    expect(batches).toEqual([[1], [2]]);
    expect(clock.running).toBe(0);
  });

  it('refuses a message above the absolute bytes and keeps what is pending', () => {
    const { batches, cutter } = setUp();
    cutter.order({ id: 1, size: 10 });
    expect(() => cutter.order({ id: 2, size: 1001 })).toThrow(
      expect.objectContaining({ code: 'MESSAGE_TOO_LARGE', detail: { size: 1001, maximum: 1000 } }),
    );
    expect(batches).toEqual([]);
    expect(cutter.pending).toBe(1);
  });

  it('lets the timeout run from the first pending message', () => {
    const { clock, batches, cutter } = setUp();
    cutter.order({ id: 1, size: 10 });
    clock.advance(199);
    cutter.order({ id: 2, size: 10 });
    expect(batches).toEqual([]);
    clock.advance(1);
    expect(batches).toEqual([[1, 2]]);
    clock.advance(1000);
    expect(batches).toEqual([[1, 2]]);
  });

  it('does not restart the timeout when a batch is cut for its size', () => {
    const { clock, batches, cutter } = setUp();
    cutter.order({ id: 1, size: 90 });
    clock.advance(150);
    cutter.order({ id: 2, size: 90 });
    clock.advance(50);
    expect(batches).toEqual([[1], [2]]);
  });

  it('starts a new timeout after a batch of full count', () => {
    const { clock, batches, cutter } = setUp();
    cutter.order({ id: 1, size: 1 });
    clock.advance(150);
    cutter.order({ id: 2, size: 1 });
    cutter.order({ id: 3, size: 1 });
    cutter.order({ id: 4, size: 1 });
    clock.advance(199);
    expect(batches).toEqual([[1, 2, 3]]);
    clock.advance(1);
    expect(batches).toEqual([[1, 2, 3], [4]]);
  });

  it('cuts nothing when nothing is pending', () => {
    const { batches, cutter } = setUp();
    cutter.cut();
    expect(batches).toEqual([]);
  });

  it('keeps every message, in order, within the limits, and none longer than the timeout', () => {
    const step = fc.oneof(
      fc.record({ size: fc.integer({ min: 0, max: 150 }) }),
      fc.record({ wait: fc.integer({ min: 1, max: 250 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const clock = new ManualClock();
        const arrived = new Map<number, { at: number; size: number }>();
        const order: number[] = [];
        const cutter = new BlockCutter<Message>(
          () => LIMITS,
          (batch) => {
            const bytes = batch.reduce((sum, { size }) => sum + size, 0);
            expect(batch.length).toBeGreaterThan(0);
            expect(batch.length).toBeLessThanOrEqual(LIMITS.maxMessageCount);
            if (batch.length > 1) expect(bytes).toBeLessThanOrEqual(LIMITS.preferredMaxBytes);
            order.push(...batch.map(({ id }) => id));
          },
          clock.start,
        );
        let id = 0;
        for (const current of steps) {
          if ('size' in current) {
            arrived.set(id, { at: clock.now, size: current.size });
            cutter.order({ id: id++, size: current.size });
          } else {
            for (let ms = 0; ms < current.wait; ms++) {
              clock.advance(1);
              const oldest = arrived.get(order.length);
              if (oldest !== undefined) expect(clock.now - oldest.at).toBeLessThan(LIMITS.batchTimeoutMs);
            }
          }
        }
        cutter.cut();
        expect(order).toEqual([...arrived.keys()]);
        expect(clock.running).toBe(0);
      }),
      { numRuns: runs },
    );
  });
});
