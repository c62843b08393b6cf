import { describe, expect, it } from '@jest/globals';
import {
  fakeConnections,
  fakeConsortium,
  type BusinessAnswers,
  type MasterAnswers,
} from '../testing/fake-network.js';
import { healthOf } from './check-nodes.js';

const consortium = fakeConsortium(3);
const following = { state: 'following', reason: '' };
const master = (height: bigint, more: object = {}): MasterAnswers => ({
  status: () => Promise.resolve({ ...following, height, ledgerHeight: height, ...more }),
});
const business = (height: bigint): BusinessAnswers => ({
  status: () => Promise.resolve({ ...following, height }),
});

/** The health of nodes by name, where others answer so. */
function health(names: readonly string[], nodes: Record<string, MasterAnswers | BusinessAnswers>) {
  const connections = fakeConnections({ consortium, nodes });
  const own = consortium.nodes.filter(({ name }) => names.includes(name));
  return healthOf(own, consortium, (node) => connections.node(node));
}

describe('the health of a process', () => {
  it('is that of its own nodes, beside a quorum of masters', async () => {
    const nodes = { 'org1.master': master(9n), 'org2.master': master(9n), 'org1.goods': business(7n) };
    const { nodes: own, quorum, isWell } = await health(['org1.goods'], nodes);
    expect(own).toMatchObject([
      { node: { name: 'org1.goods' }, state: 'following', height: 7n, behindBlocks: 2n },
    ]);
    expect([quorum, isWell]).toEqual([null, true]);
  });

  it('counts a master behind its own peer’s ledger', async () => {
    const nodes = { 'org1.master': master(7n, { ledgerHeight: 9n }), 'org2.master': master(9n) };
    expect((await health(['org1.master'], nodes)).nodes).toMatchObject([{ behindBlocks: 2n }]);
  });

  it('is not well where an own node is away, or no quorum is there', async () => {
    const masters = { 'org1.master': master(9n), 'org2.master': master(9n) };
    expect(await health(['org1.goods'], masters)).toMatchObject({
      nodes: [{ state: 'away', height: null, behindBlocks: null }],
      quorum: null,
      isWell: false,
    });
    const alone = await health(['org1.master'], { 'org1.master': master(9n) });
    expect([alone.quorum, alone.isWell]).toEqual([expect.stringContaining('no quorum'), false]);
  });
});
