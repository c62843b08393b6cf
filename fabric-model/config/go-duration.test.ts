import { describe, expect, it } from '@jest/globals';
import { goDuration } from './go-duration.js';

describe('goDuration', () => {
  it.each([
    ['200ms', 200],
    ['2s', 2000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['1.s', 1000],
    ['250us', 0.25],
    ['3µs', 0.003],
    ['0', 0],
  ])('reads %s as %d milliseconds', (text, milliseconds) => {
    expect(goDuration(text)).toBeCloseTo(milliseconds, 9);
  });

  it.each(['', '200', 'ms', '-1s', '1 s', '1s ', '1d', '.s', '1s2', '1e3s', '1s'.repeat(33)])(
    'does not read %j',
    (text) => {
      expect(goDuration(text)).toBeNull();
    },
  );
});
