import { CotraceError } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import { checkTip, readTrust } from '@cotrace/verifier';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf } from '../testing/codes.js';
import { trustFile } from '../testing/proofs.js';
import { TestChain } from '../testing/test-chain.js';
import { TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import { configuration, definition, withQuorumPolicy } from '../testing/transactions.js';
import { Attestor } from './attestor.js';
import { Configurations } from './configurations.js';
import { Freshness, type FreshnessParts } from './freshness.js';

const NOW = Date.UTC(2026, 5, 1);

let network: TestNetwork;
let chain: TestChain;
let master: TestMaster;

beforeAll(async () => {
  network = await TestNetwork.create();
  chain = new TestChain(network);
  chain.add([definition(network, 'goods')]);
  master = await TestMaster.open(network, 0);
  await master.follow(chain);
});

afterAll(async () => {
  await master.close();
  await network.remove();
});

/** A master whose clock is `clock.now`, with masters beside it that have so many blocks; null: it does not answer. */
function freshness(
  heights: readonly (bigint | null)[],
  arrived: number | null,
  more: Partial<FreshnessParts> = {},
) {
  const clock = { now: NOW, asked: 0 };
  const parts: FreshnessParts = {
    store: master.store,
    configurations: new Configurations(master.store),
    attestor: new Attestor(master.identity),
    terms: network.terms,
    others: heights.map((height) => ({
      height: () => {
        clock.asked += 1;
        if (height === null) return Promise.reject(new CotraceError('UNREACHABLE', 'away'));
        return Promise.resolve(height);
      },
    })),
    advancedAt: () => arrived,
    now: () => clock.now,
    ...more,
  };
  return { fresh: new Freshness(parts), clock };
}

describe('a tip of a master', () => {
  it('names its newest block, signed now, for whoever trusts its organisation', async () => {
    const { blockNum: block, ...tip } = await freshness([], NOW).fresh.tip();
    expect(tip).toMatchObject({
      headerHash: chain.block(chain.height - 1n).headerHash,
      unixSeconds: BigInt(NOW / 1000),
      mspId: 'Org1MSP',
    });
    expect(block).toBe(chain.height - 1n);
    checkTip({ ...tip, block }, readTrust(trustFile(network), nodeVerifier));
  });

  it('is signed without asking where a block arrived within 30 seconds, and not a moment later', async () => {
    const { fresh, clock } = freshness([null, null], NOW - 30_000);
    await fresh.tip();
    expect(clock.asked).toBe(0);
    clock.now += 1001;
    expect(await codeOf(() => fresh.tip())).toBe('NOT_FRESH');
    expect(clock.asked).toBe(2);
  });

  it('is signed on a quiet ledger where a quorum, itself counted, name no higher block', async () => {
    const height = chain.height;
    const outcome = (...heights: readonly (bigint | null)[]) =>
      codeOf(() => freshness(heights, null).fresh.tip());
    expect(await outcome(height, null)).toBeNull();
    expect(await outcome(height - 1n, height + 1n)).toBeNull();
    // Cut off: others have more, or nobody says anything.
    expect(await outcome(height + 1n, height + 1n)).toBe('NOT_FRESH');
    expect(await outcome(height + 1n, null)).toBe('NOT_FRESH');
    expect(await outcome(null, null)).toBe('NOT_FRESH');
  });

  it('is the same for whoever asks within a second, and another after it', async () => {
    const { fresh, clock } = freshness([chain.height], null);
    const [first, second] = await Promise.all([fresh.tip(), fresh.tip()]);
    clock.now += 999;
    expect(await fresh.tip()).toBe(first);
    expect([second === first, clock.asked]).toEqual([true, 1]);
    clock.now += 1;
    expect((await fresh.tip()).unixSeconds).toBe(BigInt(NOW / 1000) + 1n);
    // A clock that was set back does not keep an old one alive.
    clock.now = NOW - 5000;
    expect((await fresh.tip()).unixSeconds).toBe(BigInt(NOW / 1000) - 5n);
  });

  it('is of the quorum of the newest configuration, and of none before the first block', async () => {
    const other = new TestChain(network);
    other.add([configuration(network, withQuorumPolicy(3))]);
    const own = await TestMaster.open(network, 0, 'of three');
    const parts = { store: own.store, configurations: new Configurations(own.store) };
    expect(await codeOf(() => freshness([0n, 0n], NOW, parts).fresh.tip())).toBe('NOT_FRESH');
    await own.follow(other);
    expect(await codeOf(() => freshness([2n, null], null, parts).fresh.tip())).toBe('NOT_FRESH');
    expect(await codeOf(() => freshness([2n, 1n], null, parts).fresh.tip())).toBeNull();
    await own.close();
  });

  it('passes on what is no answer of a master', async () => {
    const fault = new RangeError('a fault of this program');
    const others = [{ height: () => Promise.reject(fault) }];
    await expect(freshness([], null, { others }).fresh.tip()).rejects.toBe(fault);
  });
});
