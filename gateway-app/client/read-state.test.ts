import { CotraceError, utf8 } from '@cotrace/core';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startFakeClock, took } from '../testing/fake-clock.js';
import { fakeConnections, unanswered, type BusinessAnswers } from '../testing/fake-network.js';
import { readState } from './read-state.js';

const found = { found: true, value: utf8('rice'), rev: '0_7_0_1', height: 9n, consistentUpTo: 3n };

function read(getState: NonNullable<BusinessAnswers['getState']>, domain = 'goods', key = 'trace/LOT') {
  const asked: string[] = [];
  const node: BusinessAnswers = {
    getState: (request) => {
      asked.push(request.key);
      return getState(request);
    },
  };
  return { asked, state: readState(fakeConnections({ nodes: { 'org1.goods': node } }), domain, key) };
}

beforeEach(startFakeClock);

afterEach(() => {
  jest.useRealTimers();
});

describe('one key of a domain’s state', () => {
  it('comes from the own organisation’s business node, with its revision', async () => {
    const { asked, state } = read(() => Promise.resolve(found));
    expect(await state).toEqual({
      domain: 'goods',
      key: 'trace/LOT',
      height: 9n,
      consistentUpTo: 3n,
      node: 'org1.goods',
      entry: { value: 'rice', rev: '0_7_0_1' },
    });
    expect(asked).toEqual(['trace/LOT']);
  });

  it('is asked for by the identifier’s canonical form', async () => {
    const key = 'trace/urn:epc:class:lgtin:9521234.000102.FLOUR-1';
    const { asked, state } = read(() => Promise.resolve(found), 'goods', key);
    expect((await state).key).toBe('trace/https://id.gs1.org/01/09521234001027/10/FLOUR-1');
    expect(asked).toEqual([(await state).key]);
  });

  it('may not be there', async () => {
    const { state } = read(() => Promise.resolve({ found: false, height: 9n }));
    expect(await state).toMatchObject({ height: 9n, entry: null });
  });

  it('is refused where the organisation has no node of the domain', async () => {
    const { asked, state } = read(() => Promise.resolve(found), 'fish');
    await expect(state).rejects.toMatchObject({
      code: 'CONFIG',
      message: 'org1 has no business node of domain fish',
      detail: { domains: ['goods'] },
    });
    expect(asked).toEqual([]);
  });

  it('names the node that refuses, with its own code', async () => {
    const { state } = read(() => Promise.reject(new CotraceError('DISPUTED', 'stopped')));
    await expect(state).rejects.toMatchObject({ code: 'DISPUTED', message: 'org1.goods: stopped' });
  });

  it('is not waited for beyond a second and a half', async () => {
    const { state } = read(unanswered);
    const ended = expect(state).rejects.toMatchObject({
      code: 'UNREACHABLE',
      detail: { node: 'org1.goods' },
    });
    expect(await took(state)).toBe(1500);
    await ended;
  });

  it('never hides an error of our own', async () => {
    const bug = new TypeError('oops');
    await expect(read(() => Promise.reject(bug)).state).rejects.toBe(bug);
  });
});
