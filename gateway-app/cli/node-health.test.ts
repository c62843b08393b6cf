import { describe, expect, it } from '@jest/globals';
import type { ProcessHealth } from '../client/check-nodes.js';
import { fakeConsortium } from '../testing/fake-network.js';
import { spoken } from '../testing/printed.js';
import { showHealth } from './node.js';
import { EXIT, Output } from './output.js';

type Report = ProcessHealth['nodes'][number];

const consortium = fakeConsortium(1);
function report(name: string, more: Partial<Report>): Report {
  const node = consortium.nodes.find((one) => one.name === name);
  if (node === undefined) throw new RangeError(`there is no node ${name}`);
  return {
    ...{
      node,
      state: 'following',
      reason: '',
      height: 7n,
      ledgerHeight: null,
      quorum: null,
      behindBlocks: 0n,
    },
    ...{
      behindSeconds: 0,
      storeBytes: 5n,
      dockedAt: null,
      consistentUpTo: 0n,
      differences: [],
      refusals: [],
      ...more,
    },
  };
}

const shown = (nodes: readonly Report[], quorum: string | null = null, json = false) =>
  spoken(() => {
    const health = { nodes, quorum, isWell: quorum === null };
    return Promise.resolve(showHealth(health, new Output(json)));
  });

describe('the health of a process', () => {
  it.each<[string, Partial<Report>]>([
    ['org1.master  following  height 7', {}],
    ['org1.master  following  height 7', { behindSeconds: 9 }],
    ['org1.master  following  height 7', { behindBlocks: null, behindSeconds: 9 }],
    ['org1.master  following  height 7  1 block behind', { behindBlocks: 1n }],
    ['org1.master  following  height 7  1 block behind', { behindBlocks: 1n, behindSeconds: null }],
    ['org1.master  following  height 7  1 block behind for 1 s', { behindBlocks: 1n, behindSeconds: 1 }],
    ['org1.master  following  height 7  2 blocks behind for 9 s', { behindBlocks: 2n, behindSeconds: 9 }],
    ['org1.master  following  -', { height: null, behindBlocks: null, behindSeconds: null }],
  ])('is a line a node: %s', async (line, more) => {
    const { code, text } = await shown([report('org1.master', more)]);
    expect([code, text]).toEqual([EXIT.done, `${line}\n`]);
  });

  it('says of each node why it is not well, and that no quorum is there', async () => {
    const nodes = [
      report('org1.master', { state: 'peer away', reason: 'the peer is silent' }),
      report('org1.goods', {}),
    ];
    const { code, text } = await shown(nodes, 'no quorum: all are away');
    expect(code).toBe(EXIT.failed);
    expect(text.split('\n')).toEqual([
      'org1.master  peer away  height 7',
      'org1.goods   following  height 7',
      'org1.master: the peer is silent',
      'no quorum: all are away',
      '',
    ]);
  });

  it('is as much as JSON, without what a node keeps', async () => {
    const nodes = [report('org1.master', { ledgerHeight: 9n, behindBlocks: 2n, behindSeconds: 3 })];
    const expected = {
      ...{ name: 'org1.master', state: 'following', reason: '', height: '7', ledgerHeight: '9' },
      ...{ behindBlocks: '2', behindSeconds: 3, quorum: true },
    };
    expect(JSON.parse((await shown(nodes, null, true)).text)).toEqual([expected]);
    expect(JSON.parse((await shown(nodes, 'none', true)).text)).toEqual([{ ...expected, quorum: false }]);
  });
});
