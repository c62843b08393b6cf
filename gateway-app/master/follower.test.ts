import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fromHex } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import type { BlockSource } from '../fabric/block-source.js';
import { Chain } from '../fabric/chain.js';
import { codeOf } from '../testing/codes.js';
import { SilentLog } from '../testing/silent-log.js';
import { until } from '../testing/test-business-node.js';
import { TestChain } from '../testing/test-chain.js';
import { TEST_TRIE, TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import { definition, put } from '../testing/transactions.js';
import { followMain } from './follower.js';

// Other work on the machine must not fail a test.
jest.setTimeout(30_000);

const NOT_VALIDATED = 254;

let network: TestNetwork;

beforeAll(async () => {
  network = await TestNetwork.create();
});

afterAll(async () => {
  await network.remove();
});

function follow({ ledger, feed }: TestMaster, blocks: BlockSource, signal: AbortSignal): Promise<void> {
  const hash = fromHex(network.consortium.channels.main.genesisHeaderHash, 32);
  const openChain = () => new Chain(hash, nodeVerifier, ledger.store.position());
  return followMain({ blocks, openChain, ledger, feed, log: new SilentLog() }, signal);
}

describe('a master that follows main', () => {
  it('asks again for a block that is not to be used, and goes on once it is', async () => {
    const [good, bad] = [new TestChain(network), new TestChain(network)];
    const envelopes = [put(network, 'goods', { a: '1' })];
    good.add(envelopes);
    bad.add(envelopes, [NOT_VALIDATED]);
    const master = await TestMaster.open(network, 0, 'patient');
    const stopping = new AbortController();
    let asked = 0;
    const source: BlockSource = (from, signal) => (asked++ < 2 ? bad : good).deliver(from, signal);
    const following = follow(master, source, stopping.signal);
    await until(
      () => master.feed.height === 2n,
      () => `height ${master.feed.height}`,
    );
    stopping.abort();
    await following;
    expect(asked).toBe(3);
    await master.close();
  });

  it('stops, and asks nobody again, once its trie is full', async () => {
    const chain = new TestChain(network);
    chain.add([definition(network, 'goods')]);
    for (let block = 0; block < 6; block++) {
      const names = Array.from({ length: 500 }, (_, i) => [`${block}/${i}`, 'value'] as const);
      chain.add([put(network, 'goods', Object.fromEntries(names))]);
    }
    const master = await TestMaster.open(network, 0, 'full', {
      trie: { ...TEST_TRIE, bytes: (44 << 20) + (256 << 10) },
    });
    expect(await codeOf(() => follow(master, chain.deliver, new AbortController().signal))).toBe('TRIE_FULL');
    expect(master.store.position()?.number).toBe(master.feed.height - 1n);
    await master.close();
  });
});
