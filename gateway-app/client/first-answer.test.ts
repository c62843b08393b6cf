import { CotraceError } from '@cotrace/core';
import { describe, expect, it } from '@jest/globals';
import { firstAnswer, inTurn } from './first-answer.js';

const away = new CotraceError('UNREACHABLE', 'connection refused');

describe('the first answer', () => {
  it('is that of the first one who is there, and no more are asked', async () => {
    const asked: string[] = [];
    const answer = await firstAnswer(['a', 'b', 'c'], (name) => {
      asked.push(name);
      return name === 'a' ? Promise.reject(away) : Promise.resolve(name);
    });
    expect(answer).toBe('b');
    expect(asked).toEqual(['a', 'b']);
  });

  it('is an error where all are away, or there is nobody', async () => {
    await expect(firstAnswer(['a', 'b'], () => Promise.reject(away))).rejects.toBe(away);
    await expect(firstAnswer([], () => Promise.resolve(1))).rejects.toMatchObject({ code: 'CONFIG' });
  });

  it('is not asked of the next where one refuses', async () => {
    const refusal = new CotraceError('NOT_YOUR_ROLE', 'no');
    const ask = (name: string) => (name === 'a' ? Promise.reject(refusal) : Promise.resolve(name));
    await expect(firstAnswer(['a', 'b'], ask)).rejects.toBe(refusal);
  });
});

describe('asking in turn', () => {
  it('begins with another one each time, and leaves nobody out', () => {
    expect([0, 1, 2, 3].map((turn) => inTurn(['a', 'b', 'c'], turn).join(''))).toEqual([
      'abc',
      'bca',
      'cab',
      'abc',
    ]);
    expect(inTurn([], 3)).toEqual([]);
  });
});
