import { CotraceError } from '@cotrace/core';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Faults, faultText, silent } from './faults.js';

const away = new CotraceError('UNREACHABLE', 'connection refused');
const refusal = new CotraceError('NOT_YOUR_ROLE', 'no');

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('the faults of nodes', () => {
  it('are each kind of each node once, as it was met first, in that order', () => {
    const faults = new Faults();
    faults.add('org2.master', away);
    faults.add('org1.master', away);
    faults.add('org2.master', refusal);
    faults.add('org2.master', new CotraceError('UNREACHABLE', 'did not answer'));
    expect(faults.list()).toEqual([
      { node: 'org2.master', code: 'UNREACHABLE', message: 'connection refused' },
      { node: 'org1.master', code: 'UNREACHABLE', message: 'connection refused' },
      { node: 'org2.master', code: 'NOT_YOUR_ROLE', message: 'no' },
    ]);
  });

  it('are remembered for ten seconds from the last one on', async () => {
    const faults = new Faults();
    await jest.advanceTimersByTimeAsync(60_000);
    faults.add('org1.master', away);
    await jest.advanceTimersByTimeAsync(5000);
    faults.add('org1.master', away);
    await jest.advanceTimersByTimeAsync(9999);
    expect([faults.has('org1.master'), faults.has('org2.master')]).toEqual([true, false]);
    await jest.advanceTimersByTimeAsync(1);
    expect(faults.has('org1.master')).toBe(false);
    expect(faults.list()).toHaveLength(1);
  });

  it('are no place for an error of our own', () => {
    const faults = new Faults();
    const bug = new TypeError('oops');
    expect(() => faults.add('org1.master', bug)).toThrow(bug);
    expect([faults.list(), faults.has('org1.master')]).toEqual([[], false]);
  });

  it('are told with the node and the code', () => {
    expect(faultText({ node: 'org1.master', code: 'UNREACHABLE', message: 'away' })).toBe(
      'note: org1.master: away (UNREACHABLE)',
    );
  });

  it('may be silence, in seconds', () => {
    expect(silent(1500)).toMatchObject({ code: 'UNREACHABLE', message: 'did not answer within 1.5 s' });
  });
});
