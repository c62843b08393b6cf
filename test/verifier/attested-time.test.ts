import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nodeVerifier } from '@cotrace/network';
import { attest } from '../../gateway-app/testing/attestations.js';
import { trustFile, withQuorum } from '../../gateway-app/testing/proofs.js';
import { TestChain } from '../../gateway-app/testing/test-chain.js';
import { TestMaster } from '../../gateway-app/testing/test-master.js';
import { TestNetwork } from '../../gateway-app/testing/test-network.js';
import { definition } from '../../gateway-app/testing/transactions.js';
import { attestedBlock } from '../../verifier/proof/attested-block.js';
import { readTrust, type Trust } from '../../verifier/proof/trust.js';

const YESTERDAY = 1_790_000_000;
const NOW = YESTERDAY + 86_400;

let network: TestNetwork;
let trust: Trust;
let body: Uint8Array;

beforeAll(async () => {
  network = await TestNetwork.create({ organisations: 4 });
  trust = readTrust(trustFile(network), nodeVerifier);
  const chain = new TestChain(network);
  chain.add([definition(network, 'goods')]);
  const master = await TestMaster.open(network, 0, 'master');
  await master.follow(chain);
  body = master.attestation(1n).body;
  await master.close();
});

afterAll(() => network.remove());

/** When the block is said to be attested, in seconds, by organisations that state these times; `quorum` of them must agree. */
function timeOf(quorum: number, ...seconds: readonly number[]): number {
  const attestations = seconds.map((at, i) =>
    attest(network.organisation(i).master, body, new Date(at * 1000)),
  );
  const both = [attestations, attestations.toReversed()].map(
    (shown) => attestedBlock(1n, shown, withQuorum(trust, quorum)).asOf.unixSeconds,
  );
  expect(both[1]).toBe(both[0]);
  return Number(both[0]);
}

describe('the time of an attested root', () => {
  it('is not made fresh by one that signs the same body again', () => {
    expect(timeOf(2, YESTERDAY, NOW)).toBe(YESTERDAY);
    expect(timeOf(2, YESTERDAY, NOW, YESTERDAY)).toBe(YESTERDAY);
    expect(timeOf(3, NOW, YESTERDAY, NOW, YESTERDAY)).toBe(YESTERDAY);
  });

  it('is the q-th latest where more than a quorum is shown', () => {
    expect(timeOf(3, NOW, NOW + 1, NOW + 2)).toBe(NOW);
    expect(timeOf(3, NOW, NOW + 1, NOW + 2, YESTERDAY)).toBe(NOW);
    expect(timeOf(2, NOW, NOW + 1, NOW + 2, YESTERDAY)).toBe(NOW + 1);
  });
});
