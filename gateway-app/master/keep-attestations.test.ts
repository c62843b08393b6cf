import { sha256 } from '@cotrace/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Attestation } from '../gen/cotrace/cotrace_pb.js';
import { stoppingController } from '../node/stopping.js';
import { attest, withMembers } from '../testing/attestations.js';
import { SilentLog } from '../testing/silent-log.js';
import { until } from '../testing/test-business-node.js';
import { TestChain } from '../testing/test-chain.js';
import { TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import { configuration, definition, put, withoutOrganisation } from '../testing/transactions.js';
import { attestationsOf } from './attestations-of.js';
import { Configurations } from './configurations.js';
import { keepAttestations } from './keep-attestations.js';

let network: TestNetwork;
let chain: TestChain;
let masters: TestMaster[];

beforeAll(async () => {
  network = await TestNetwork.create();
  chain = new TestChain(network);
  chain.add([definition(network, 'goods')]);
  chain.add([put(network, 'goods', { a: '1' })]);
  chain.add([configuration(network, withoutOrganisation('Org3MSP'))]);
  chain.add([put(network, 'goods', { a: '2' })]);
  masters = await TestMaster.openAll(network);
  for (const master of masters) await master.follow(chain);
});

afterAll(async () => {
  for (const master of masters) await master.close();
  await network.remove();
});

function masterOf(index: number): TestMaster {
  const master = masters[index];
  if (master === undefined) throw new RangeError('no such master');
  return master;
}

/** Lets `keeper` follow what `sent` yields as the master of organisation `index`, until all of it is looked at. */
async function keeping(
  keeper: TestMaster,
  index: number,
  sent: (from: bigint) => Iterable<Attestation>,
  height = chain.height,
): Promise<bigint[]> {
  const { store, feed } = keeper;
  const { mspId } = network.organisation(index);
  const asked: bigint[] = [];
  const stopping = stoppingController();
  const running = keepAttestations(
    {
      name: `org${index + 1}.master`,
      mspId,
      // eslint-disable-next-line @typescript-eslint/require-await
      async *attestations(from) {
        asked.push(from);
        yield* sent(from);
      },
    },
    { store, feed, configurations: new Configurations(store), terms: network.terms, log: new SilentLog() },
    stopping.signal,
  );
  await until(
    () => store.kept.next(mspId) >= height,
    () => `at ${store.kept.next(mspId)}`,
  );
  stopping.abort();
  await running;
  return asked;
}

const from = (index: number, change = (one: Attestation) => one) =>
  function* (first: bigint) {
    for (let at = first; at < chain.height; at += 1n) yield change(masterOf(index).attestation(at));
  };
const kept = async ({ store }: TestMaster) =>
  Promise.all(
    [0n, 1n, 2n, 3n, 4n].map(async (blockNum) =>
      (await attestationsOf(store, [blockNum])).map(({ mspId }) => mspId),
    ),
  );
const fresh = async (folder: string, upTo = chain) => {
  const master = await TestMaster.open(network, 0, folder);
  await master.follow(upTo);
  return master;
};

describe('a master keeps what others attest', () => {
  it('as they signed it, beside its own, each under the configuration before its block', async () => {
    const own = await fresh('keeps');
    await keeping(own, 2, from(2));
    await keeping(own, 1, from(1));
    // Org3 left with block 3, which it still attests.
    const all = ['Org1MSP', 'Org2MSP', 'Org3MSP'];
    expect(await kept(own)).toEqual([all, all, all, all, all.slice(0, 2)]);
    const [, second, third] = await attestationsOf(own.store, [3n]);
    expect([second, third]).toEqual([masterOf(1).attestation(3n), masterOf(2).attestation(3n)]);
    await own.close();
  });

  it('from where it was, after a restart too', async () => {
    const before = await fresh('restarts');
    await keeping(before, 1, from(1));
    await before.close();
    const after = await TestMaster.open(network, 0, 'restarts');
    expect(after.store.kept.next('Org2MSP')).toBe(5n);
    expect(await kept(after)).toEqual(Array(5).fill(['Org1MSP', 'Org2MSP']));
    await after.close();
  });

  it('and waits with those of blocks that it does not have yet', async () => {
    const short = new TestChain(network);
    short.adopt(chain.block(1n));
    const own = await fresh('waits', short);
    await keeping(own, 1, from(1), 2n);
    expect(own.store.kept.next('Org2MSP')).toBe(2n);
    await own.follow(chain);
    expect(await keeping(own, 1, from(1))).toEqual([2n]);
    expect((await kept(own)).map(({ length }) => length)).toEqual([2, 2, 2, 2, 2]);
    await own.close();
  });

  it.each<[string, (one: Attestation) => Attestation]>([
    [
      'that states something else',
      ({ body }) => attest(network.organisation(1).master, withMembers(body, { trieRoot: sha256(body) })),
    ],
    [
      'that its signer did not sign',
      (one) => ({ ...one, signature: masterOf(1).attestation(0n).signature.slice(1) }),
    ],
    ['of another organisation', ({ body }) => attest(network.organisation(2).master, body)],
    ['in the name of another', (one) => ({ ...one, mspId: 'Org3MSP' })],
    ['signed by a client', ({ body }) => attest(network.organisation(1).client, body)],
  ])('but none %s, and goes past it', async (title, change) => {
    const own = await fresh(title);
    await keeping(own, 1, from(1, change));
    expect(await kept(own)).toEqual(Array(5).fill(['Org1MSP']));
    await own.close();
  });
});

describe('what a master has of many blocks', () => {
  it('is its own first, then those of others', async () => {
    const own = await fresh('many');
    await keeping(own, 1, from(1));
    const found = await attestationsOf(own.store, [2n, 1n]);
    expect(found.map(({ mspId }) => mspId)).toEqual(['Org1MSP', 'Org1MSP', 'Org2MSP', 'Org2MSP']);
    expect(found[2]).toEqual(masterOf(1).attestation(2n));
    await own.close();
  });

  it('is as much as an answer has room for', async () => {
    const certificate = new Uint8Array(6 * 1024 * 1024);
    const other = (mspId: string) => ({ ...masterOf(1).attestation(1n), mspId, certificate });
    const store = {
      attestation: () => masterOf(0).attestation(1n),
      kept: { of: () => Promise.resolve([other('A'), other('B')]) },
    } as unknown as Parameters<typeof attestationsOf>[0];
    const found = await attestationsOf(store, [1n, 2n]);
    expect(found.map(({ mspId }) => mspId)).toEqual(['Org1MSP', 'Org1MSP', 'A', 'B']);
  });
});
