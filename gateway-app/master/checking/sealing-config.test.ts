import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { checkingHeaderHash, sha256, utf8 } from '@cotrace/core';
import type { TrustedCheckpoint } from '@cotrace/verifier';
import { checkingBlock } from '../../testing/checking-block.js';
import { seal } from '../../testing/seals.js';
import { SilentLog } from '../../testing/silent-log.js';
import { TestChain } from '../../testing/test-chain.js';
import { TestMaster } from '../../testing/test-master.js';
import { TestNetwork } from '../../testing/test-network.js';
import { configuration, definition, put, withoutOrganisation } from '../../testing/transactions.js';
import { Configurations } from '../configurations.js';
import { CheckingLedger } from './checking-ledger.js';
import { sealersOf } from './checking-view.js';
import type { SealingParts } from './sealing-config.js';

// Other work on the machine must not fail a test.
jest.setTimeout(60_000);

const C = 2;

let network: TestNetwork;
let master: TestMaster;

/** Four organisations, of which three are a quorum. Two of them leave in cycle 2, of blocks 3 and 4; two are one then. */
beforeAll(async () => {
  network = await TestNetwork.create({ organisations: 4, domains: ['goods'] });
  const chain = new TestChain(network);
  chain.add([definition(network, 'goods')]);
  chain.add([put(network, 'goods', { a: '2' })]);
  const leave = ['Org3MSP', 'Org4MSP'].map(withoutOrganisation);
  chain.add([configuration(network, (channel) => leave.forEach((change) => change(channel)))]);
  for (const value of ['4', '5', '6']) chain.add([put(network, 'goods', { a: value })]);
  master = await TestMaster.open(network, 0, 'master', { checkingHeight: C });
  await master.follow(chain);
});

afterAll(async () => {
  await master.close();
  await network.remove();
});

const headerOf = (n: bigint): Uint8Array => master.store.cycles.need(n).header;
const partsWith = (checkpoint: TrustedCheckpoint | null): SealingParts => {
  const { ledger, store } = master;
  return { ledger, configurations: new Configurations(store), c: C, checkpoint };
};
const agreedOn = (hash: Uint8Array): SealingParts => partsWith({ cycle: 2n, hash });
const agreed = (): SealingParts => agreedOn(checkingHeaderHash(headerOf(2n)));

/** How far cycles are sealed once as many organisations have sealed each of the first three. */
async function sealedBy(parts: SealingParts, ...endorsing: readonly number[]): Promise<bigint> {
  const checking = new CheckingLedger(
    { ...parts, channel: 'checking', t2Ms: 30_000, log: new SilentLog() },
    0,
  );
  const { client } = network.organisation(0);
  for (const [i, count] of endorsing.entries()) {
    const endorsers = network.peers.slice(0, count);
    const envelope = seal({ headers: [headerOf(BigInt(i + 1))], client, endorsers });
    await checking.take(checkingBlock(BigInt(i), [envelope], network.genesis), 0);
  }
  return checking.sealed.checkNum;
}

describe('a cycle in which too many leave to seal it', () => {
  it('is to be sealed by those of before', async () => {
    expect(await sealersOf(partsWith(null), 2n)).toHaveLength(4);
    expect(await sealedBy(partsWith(null), 3, 2, 2)).toBe(1n);
  });

  it('is sealed by those who are left once the consortium has agreed on its header', async () => {
    expect(await sealersOf(agreedOn(sha256(utf8('another'))), 2n)).toHaveLength(4);
    expect(await sealersOf(agreed(), 1n)).toHaveLength(4);
    expect(await sealersOf(agreed(), 2n)).toEqual(['Org1MSP', 'Org2MSP']);
    expect(await sealedBy(agreed(), 3, 2, 2)).toBe(3n);
  });
});
