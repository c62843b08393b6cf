import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RefusedLog } from './refused-log.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('the log of refusals', () => {
  it('tells the first of a kind at once and counts the others, however many there are', () => {
    const lines: string[] = [];
    const log = new RefusedLog({ warn: (line) => lines.push(line) });
    for (let i = 0; i < 1000; i++) log.note('strangers', `10.0.0.${i}`);
    log.note('calls', 'org1.client has too many');
    expect(lines).toEqual(['refused strangers: 10.0.0.0', 'refused calls: org1.client has too many']);
    jest.advanceTimersByTime(60_000);
    expect(lines.slice(2)).toEqual(['refused 999 more in the last minute: strangers']);
    log.note('strangers', '10.0.0.1');
    expect(lines).toHaveLength(4);
    log.close();
  });
});
