import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { decodeCheckingHeader, Shape, toHex, type JsonValue } from '@cotrace/core';
import { consortiumOf } from '../../consortium/check.js';
import type { Consortium } from '../../consortium/consortium.js';
import { networkTerms } from '../../consortium/network-terms.js';
import { storeOwner } from '../../consortium/owner.js';
import { codeOf } from '../../testing/codes.js';
import { TestChain } from '../../testing/test-chain.js';
import { TestMaster } from '../../testing/test-master.js';
import { TestNetwork } from '../../testing/test-network.js';
import { configuration, definition, put, withQuorumPolicy } from '../../testing/transactions.js';
import { MasterStore } from '../master-store.js';

// Other work on the machine must not fail a test.
jest.setTimeout(120_000);

const C = 4;

let network: TestNetwork;
let chain: TestChain;

beforeAll(async () => {
  network = await TestNetwork.create({ checkingHeight: C });
  chain = new TestChain(network);
  chain.add([definition(network, 'goods')]);
});

afterAll(() => network.remove());

/** A file that differs in all that a file may say without being another network's. */
function changed({ consortium }: TestNetwork): Consortium {
  return {
    ...consortium,
    checking: { t1: 3600, t2: 7200 },
    domains: ['another', ...consortium.domains].reverse(),
    organisations: consortium.organisations.slice(0, 2).reverse(),
    nodes: consortium.nodes.filter(({ mspId }) => mspId !== 'Org3MSP').reverse(),
  };
}

const headersOf = ({ ledger, store }: TestMaster): string[] =>
  Array.from({ length: Number(ledger.chain?.count ?? 0n) }, (_, i) =>
    toHex(store.cycles.need(BigInt(i + 1)).header),
  );

describe('the consortium file of a master', () => {
  it('changed in the middle of a cycle makes no other header: quorum and members are those of main', async () => {
    const other = await TestMaster.open(network, 1, 'other');
    let master = await TestMaster.open(network, 0, 'first');
    for (let block = 0; block < 3 * C; block++) {
      chain.add([put(network, 'goods', { a: `${block}` })]);
      if (block === C + 1) chain.add([configuration(network, withQuorumPolicy(3), 1n)]);
      await master.follow(chain);
      if (block !== C - 2) continue;
      await master.close();
      const file = changed(network);
      const parts = { terms: networkTerms(file), checkingHeight: file.checkingHeight };
      master = await TestMaster.open(network, 0, 'first', parts);
    }
    await other.follow(chain);
    const headers = headersOf(master);
    expect(headers).toHaveLength(3);
    expect(headersOf(other)).toEqual(headers);
    const memberships = [1n, 2n, 3n].map((n) =>
      toHex(decodeCheckingHeader(master.store.cycles.need(n).header).membership),
    );
    expect(new Set(memberships).size).toBe(2);
    expect(memberships[1]).toBe(memberships[2]);
    await master.close();
    await other.close();
  });

  it('has no quorum, and with another checking height is not that of the store', async () => {
    const source = { code: 'CONFIG', name: 'the file' } as const;
    const consortium = { ...network.consortium, nodes: [] };
    const file = JSON.parse(JSON.stringify(consortium)) as Record<string, JsonValue>;
    expect(consortiumOf(new Shape(file, source))).toEqual(consortium);
    expect(() => consortiumOf(new Shape({ ...file, quorum: 3 }, source))).toThrow(/quorum/);
    const node = network.consortium.nodes.find(({ role, mspId }) => role === 'master' && mspId === 'Org1MSP');
    if (node === undefined) throw new Error('there is a master');
    const owner = storeOwner(node, { ...network.consortium, checkingHeight: 2 * C });
    expect(await codeOf(() => MasterStore.open(network.folder('first'), owner))).toBe('WRONG_STORE');
  });
});
