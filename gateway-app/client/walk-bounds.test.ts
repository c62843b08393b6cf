import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MAX_TRANSACTIONS } from '@cotrace/verifier';
import { startFakeClock } from '../testing/fake-clock.js';
import { LONGEST_TRACE_MS, MAX_TRACE_BYTES } from './limits.js';
import { WalkBounds } from './walk-bounds.js';

const EMPTY = { envelope: new Uint8Array(), inclusionProof: [] };

beforeEach(startFakeClock);

afterEach(() => {
  jest.useRealTimers();
});

describe('what is taken of one master’s answer ends', () => {
  it('by the number of transactions', () => {
    const bounds = new WalkBounds();
    for (let i = 0; i < MAX_TRANSACTIONS; i += 1) bounds.take(EMPTY);
    expect(() => bounds.take(EMPTY)).toThrow(
      expect.objectContaining({
        code: 'BAD_ANSWER',
        message: `the answer does not end after ${MAX_TRANSACTIONS + 1} transactions of 0 bytes`,
        detail: { count: MAX_TRANSACTIONS + 1, bytes: 0 },
      }),
    );
  });

  it('by its bytes, those of inclusion proofs included', () => {
    const bounds = new WalkBounds();
    const envelope = new Uint8Array(MAX_TRACE_BYTES - 30);
    bounds.take({ envelope, inclusionProof: [new Uint8Array(10), new Uint8Array(20)] });
    bounds.take(EMPTY);
    const more = { ...EMPTY, inclusionProof: [Uint8Array.of(1)] };
    expect(() => bounds.take(more)).toThrow(
      expect.objectContaining({ code: 'BAD_ANSWER', detail: { count: 3, bytes: MAX_TRACE_BYTES + 1 } }),
    );
  });

  it('by the time that it takes', () => {
    const bounds = new WalkBounds();
    jest.advanceTimersByTime(LONGEST_TRACE_MS);
    bounds.take(EMPTY);
    jest.advanceTimersByTime(1);
    expect(() => bounds.take(EMPTY)).toThrow(expect.objectContaining({ code: 'BAD_ANSWER' }));
  });
});
