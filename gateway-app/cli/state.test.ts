import { utf8 } from '@cotrace/core';
import { describe, expect, it } from '@jest/globals';
import { fakeConnections } from '../testing/fake-network.js';
import { spoken } from '../testing/printed.js';
import { EXIT, Output } from './output.js';
import { stateGet } from './state.js';

/** What is shown of a key of which the own organisation's node answers so. */
function shown(
  answer: {
    found: boolean;
    value?: Uint8Array;
    rev?: string;
    height: bigint;
    consistentUpTo?: bigint;
  },
  json = false,
) {
  const nodes = { 'org1.goods': { getState: () => Promise.resolve(answer) } };
  return spoken(() => stateGet(fakeConnections({ nodes }), 'goods', 'trace/LOT', new Output(json)));
}

const THERE = { found: true, value: utf8('rice'), rev: '0_7_0_1', height: 9n };
const PLACE = { domain: 'goods', key: 'trace/LOT', height: '9', consistentUpTo: '0', node: 'org1.goods' };

describe('cotrace state get', () => {
  it('shows the value of a key, with its revision and where it comes from', async () => {
    const { code, text } = await shown(THERE);
    expect([code, text]).toEqual([EXIT.done, 'rice\nrev 0_7_0_1, height 9, from org1.goods\n']);
    const { text: json } = await shown(THERE, true);
    expect(JSON.parse(json)).toEqual({ found: true, ...PLACE, value: 'rice', rev: '0_7_0_1' });
  });

  it('says up to which cycle the state is what was sealed', async () => {
    const { text } = await shown({ ...THERE, consistentUpTo: 4n });
    expect(text).toContain('from org1.goods, whose state was what was sealed at the end of cycle 4\n');
  });

  it('fails where there is no such key, and says as of when', async () => {
    const { code, text } = await shown({ found: false, height: 9n });
    expect([code, text]).toEqual([EXIT.failed, 'goods has no key trace/LOT at height 9\n']);
    const { code: exit, text: json } = await shown({ found: false, height: 9n }, true);
    expect([exit, JSON.parse(json)]).toEqual([EXIT.failed, { found: false, ...PLACE }]);
  });
});
