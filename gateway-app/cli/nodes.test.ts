import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Connections } from '../client/connections.js';
import { findNode } from '../node/node-config.js';
import { FALSEHOODS } from '../testing/false-master.js';
import { peerWithLedger } from '../testing/peer-ledger.js';
import { printed } from '../testing/printed.js';
import { TestConsortium } from '../testing/test-consortium.js';
import { until } from '../testing/test-business-node.js';
import { definition } from '../testing/transactions.js';
import { nodeRows } from '../client/node-rows.js';
import { nodes } from './nodes.js';
import { Output } from './output.js';

// The business nodes of other organisations are away.
const NODES = ['org1.master', 'org2.master', 'org3.master', 'org1.goods'];

let consortium: TestConsortium;
// The nodes log what the tests provoke.
const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
const grpcLog = jest.spyOn(console, 'error').mockReturnValue(undefined);

beforeAll(async () => {
  consortium = await TestConsortium.create({ domains: ['goods'] });
  const { chain, network } = consortium;
  chain.add([definition(network, 'goods')]);
  await consortium.start(...NODES);
});

afterAll(async () => {
  await consortium.close();
  stderr.mockRestore();
  grpcLog.mockRestore();
});

/** Connections of a client whose peer has `height()` blocks; null: it is away. */
function connectionsAt(height: () => bigint | null): Connections {
  const peer = peerWithLedger(() => {
    const blocks = height();
    return blocks === null ? null : { height: blocks, headerHash: new Uint8Array() };
  });
  return consortium.connections({ peer });
}

const shown = (connections: Connections, json = false) => printed(() => nodes(connections, new Output(json)));

const known = async (height: bigint) => {
  const rows = await nodeRows(connectionsAt(() => height));
  return rows.filter(({ name }) => NODES.includes(name));
};

const row = async (wanted: string) =>
  (await nodeRows(connectionsAt(() => 2n))).find(({ name }) => name === wanted);

describe('cotrace nodes', () => {
  beforeAll(() =>
    until(
      async () => (await known(2n)).every(({ height, state }) => height === 2n && state === 'following'),
      () => 'the nodes stay behind',
    ),
  );

  it('shows a lag below 0 and the state where the ledger has lost blocks, and fails', async () => {
    expect((await known(1n)).map(({ state, lag }) => [state, lag])).toEqual(
      NODES.map(() => ['rolled back', -1n]),
    );
    const { code, text } = await shown(connectionsAt(() => 1n));
    expect(code).toBe(1);
    expect(text).toMatch(/org1\.goods +business +rolled back +2 +-1 /);
    expect(text).toContain('org1.goods: the ledger of your organisation’s peer has fewer blocks');
  });

  it('does not take a peer that is a moment behind for a ledger that lost blocks', async () => {
    let height = 1n;
    setTimeout(() => (height = 2n), 500);
    const rows = await nodeRows(connectionsAt(() => height));
    const states = rows.filter(({ name }) => NODES.includes(name)).map(({ state, lag }) => [state, lag]);
    expect(states).toEqual(NODES.map(() => ['following', 0n]));
  });

  it('fails while the own peer is away, and says so', async () => {
    const { code, text } = await shown(connectionsAt(() => null));
    expect([code, text]).toEqual([1, expect.stringContaining('lag is unknown: the peer of org1 is away')]);
  });

  it('fails where a node is away, and says which', async () => {
    const { code, text } = await shown(connectionsAt(() => 2n));
    expect(code).toBe(1);
    expect(text).toMatch(/org2\.goods +business +away +- +-/);
  });

  it('counts refusals of one kind in one line, with the first and the last time', async () => {
    const connections = connectionsAt(() => 2n);
    const client = connections.node(findNode(consortium.consortium, 'org1.goods', 'business'));
    const refusal = { blockNum: 1n, source: 'org2.master', code: 'WITHHELD', reason: 'holds it back' };
    const status = {
      name: 'org1.goods',
      state: 'following',
      reason: '',
      height: 2n,
      behindSeconds: 0,
      differences: [],
    };
    const times = { times: 3, first: 1_767_225_600n, last: 1_767_225_660n };
    jest
      .spyOn(client, 'call')
      .mockResolvedValue({ ...status, refusals: [{ ...refusal, ...times }] } as never);
    const { text } = await shown(connections);
    expect(text.split('\n').filter((line) => line.includes('WITHHELD'))).toEqual([
      'org1.goods refused block 1 of org2.master 3 times from 2026-01-01T00:00:00Z to 2026-01-01T00:01:00Z: [WITHHELD] holds it back',
    ]);
  });
});

describe('cotrace nodes, where a master', () => {
  it.each([
    ['as to a stranger', 'UNKNOWN_CALLER'],
    ['garbage', 'BAD_PROTOBUF'],
  ] as const)('answers %s, names it and shows the others', async (falsehood, code) => {
    await consortium.stop('org3.master');
    await consortium.startFalse('org3.master', FALSEHOODS[falsehood]);
    expect(await row('org3.master')).toMatchObject({
      state: 'unknown',
      height: null,
      reason: expect.stringContaining(`[${code}]`),
    });
    expect(await row('org2.master')).toMatchObject({ state: 'following', height: 2n });
  });

  it('is away, names it, and says where that leaves no quorum', async () => {
    await consortium.stop('org3.master');
    await until(
      async () => (await row('org3.master'))?.state === 'away',
      () => 'the master that was stopped answers',
    );
    expect((await shown(connectionsAt(() => 2n))).text).not.toContain('no quorum');
    await consortium.stop('org2.master');
    await until(
      async () => (await row('org2.master'))?.state === 'away',
      () => 'the master that was stopped answers',
    );
    const { code, text } = await shown(connectionsAt(() => 2n));
    expect(code).toBe(1);
    expect(text).toMatch(
      /no quorum: masters of 2 organisations must follow, but 1 do; .*org2\.master is away/,
    );
  });
});
