import { describe, expect, it } from '@jest/globals';
import { codeOf } from '../testing/codes.js';
import { fakeConnections, type MasterAnswers } from '../testing/fake-network.js';
import { masterWithCycles } from '../testing/master-with-cycles.js';
import { listCycles } from './list-cycles.js';

const connected = (nodes: Record<string, MasterAnswers>) => fakeConnections({ nodes });
const numbers = ({ cycles }: { readonly cycles: readonly { readonly checkNum: bigint }[] }) =>
  cycles.map(({ checkNum }) => Number(checkNum));

describe('listing cycles', () => {
  it('has the newest ones, or one, with their blocks', async () => {
    const connections = connected({ 'org1.master': masterWithCycles(12) });
    expect(numbers(await listCycles(connections, { last: 3 }))).toEqual([10, 11, 12]);
    expect(numbers(await listCycles(connections, { last: 100 }))).toHaveLength(12);
    const { cycles, ...of } = await listCycles(connections, { cycle: 2n });
    expect(cycles).toMatchObject([{ checkNum: 2n, firstBlock: 1025n, lastBlock: 2048n }]);
    expect(of).toEqual({ master: 'org1.master', computed: 12n, sealed: 12n, expected: null });
  });

  it('is empty before the first cycle ended, and for one to come', async () => {
    expect(
      numbers(await listCycles(connected({ 'org1.master': masterWithCycles(0) }), { last: 10 })),
    ).toEqual([]);
    expect(
      numbers(await listCycles(connected({ 'org1.master': masterWithCycles(2) }), { cycle: 3n })),
    ).toEqual([]);
  });

  it.each<[string, Partial<MasterAnswers>, string]>([
    ['other cycles', { cycles: () => Promise.resolve({ cycles: [{ checkNum: 7n }] }) }, 'BAD_ANSWER'],
    [
      'too many',
      { cycles: () => Promise.resolve({ cycles: [{ checkNum: 2n }, { checkNum: 3n }] }) },
      'BAD_ANSWER',
    ],
    [
      'no header in place of one',
      { cycles: () => Promise.resolve({ cycles: [{ checkNum: 2n, header: Uint8Array.of(1) }] }) },
      'TRUNCATED',
    ],
  ])('refuses %s, and asks the next master', async (_name, lie, code) => {
    const lying = { ...masterWithCycles(2), ...lie };
    const connections = connected({ 'org1.master': lying, 'org2.master': masterWithCycles(2) });
    const { master } = await listCycles(connections, { cycle: 2n });
    expect([master, connections.faults.list().map((fault) => [fault.node, fault.code])]).toEqual([
      'org2.master',
      [['org1.master', code]],
    ]);
    expect(await codeOf(() => listCycles(connected({ 'org1.master': lying }), { cycle: 2n }))).toBe(
      'NO_ANSWER',
    );
  });
});
