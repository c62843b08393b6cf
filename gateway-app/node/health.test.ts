import { describe, expect, it } from '@jest/globals';
import type { Consortium, ConsortiumNode } from '../consortium/consortium.js';
import { areWell, blocksBehind, quorumTrouble, type NodeReport } from './health.js';
import { NODE_STATES, nodeState, type NodeState } from './node-state.js';

const consortium = {
  organisations: ['Org1MSP', 'Org2MSP', 'Org3MSP'].map((mspId) => ({ mspId })),
} as unknown as Consortium;

const report = (name: string, mspId: string, state: NodeState, role = 'master'): NodeReport => ({
  node: { name, mspId, role } as ConsortiumNode,
  state,
  reason: '',
  height: 1n,
  ledgerHeight: null,
  quorum: null,
  behindSeconds: 0,
  storeBytes: null,
  dockedAt: null,
  consistentUpTo: null,
  differences: [],
  refusals: [],
});

const masters = (...states: readonly NodeState[]) =>
  states.map((state, i) => report(`org${i + 1}.master`, `Org${i + 1}MSP`, state));

describe('a quorum of masters', () => {
  it('is there while as many organisations as must agree have one that follows', () => {
    expect(quorumTrouble(masters('following', 'following', 'away'), consortium)).toBeNull();
    expect(quorumTrouble(masters('following', 'following', 'following'), consortium)).toBeNull();
  });

  it.each(Object.keys(NODE_STATES).filter((state) => state !== 'following'))(
    'does not count a master that is %s, and names it',
    (state) => {
      const trouble = quorumTrouble(masters('following', state as NodeState, 'away'), consortium);
      expect(trouble).toBe(
        `no quorum: masters of 2 organisations must follow, but 1 do; org2.master is ${state}, org3.master is away`,
      );
    },
  );

  it('is as large as a majority of masters say that main’s configuration wants it', () => {
    const saying = (...quorums: readonly (number | null)[]) =>
      masters('following', 'following', 'away').map((one, i) => ({ ...one, quorum: quorums[i] ?? null }));
    expect(quorumTrouble(saying(3, 3), consortium)).toContain('3 organisations must follow, but 2 do');
    expect(quorumTrouble(saying(3, 2), consortium)).toBeNull();
    expect(quorumTrouble(saying(3), consortium)).toBeNull();
    expect(quorumTrouble(saying(0, 0), consortium)).toBeNull();
  });

  it('counts an organisation once, however many masters it has, and no business node', () => {
    const reports = [
      report('a.master', 'Org1MSP', 'following'),
      report('b.master', 'Org1MSP', 'following'),
      report('org2.goods', 'Org2MSP', 'following', 'business'),
    ];
    expect(quorumTrouble(reports, consortium)).toContain('2 organisations must follow, but 1 do');
  });
});

describe('the blocks that a node is behind', () => {
  const at = (height: bigint | null, of: NodeReport): NodeReport => ({ ...of, height });
  const heights = (...list: readonly (bigint | null)[]) =>
    masters('following', 'following', 'following').map((of, i) => at(list[i] ?? null, of));
  const business = at(5n, report('org1.goods', 'Org1MSP', 'following', 'business'));

  it('are those up to the end of its peer’s ledger, for a master', () => {
    const [master] = heights(5n);
    if (master === undefined) throw new RangeError('no master');
    expect(blocksBehind({ ...master, ledgerHeight: 8n }, [], consortium)).toBe(3n);
    expect(blocksBehind({ ...master, ledgerHeight: 4n }, [], consortium)).toBe(0n);
    expect(blocksBehind({ ...master, ledgerHeight: null }, [], consortium)).toBeNull();
  });

  it('are those up to what a quorum of masters has, for a business node', () => {
    expect(blocksBehind(business, heights(1000n, 7n, 6n), consortium)).toBe(2n);
    expect(blocksBehind(business, heights(5n, 4n, null), consortium)).toBe(0n);
    expect(blocksBehind(business, heights(9n, null, null), consortium)).toBeNull();
    const [one] = heights(9n);
    if (one === undefined) throw new RangeError('no master');
    expect(blocksBehind(business, [one, one], consortium)).toBeNull();
    expect(blocksBehind(at(null, business), heights(9n, 9n, 9n), consortium)).toBeNull();
  });
});

describe('the health of nodes', () => {
  it('is good only where all of them follow and a quorum is there', () => {
    expect(areWell(masters('following'), null)).toBe(true);
    expect(areWell(masters('following'), 'no quorum')).toBe(false);
    expect(areWell(masters('following', 'peer away'), null)).toBe(false);
  });

  it('takes for a state what is one, whatever a node says', () => {
    const said = ['following', 'rolled back', '', 'constructor', '__proto__', 'fine'].map(nodeState);
    expect(said).toEqual(['following', 'rolled back', 'unknown', 'unknown', 'unknown', 'unknown']);
  });
});
