import { nodeVerifier } from '@cotrace/network';
import { readTrust } from '@cotrace/verifier';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { questionOf, trustFile } from '../testing/proofs.js';
import { capture } from '../testing/records.js';
import { until } from '../testing/test-business-node.js';
import { TestConsortium } from '../testing/test-consortium.js';
import { definition } from '../testing/transactions.js';
import { collectTips } from './collect-tips.js';
import { collectTrace } from './collect-trace.js';

const LOT = 'https://id.gs1.org/01/09521234000112/10/LOT';

let consortium: TestConsortium;

beforeAll(async () => {
  consortium = await TestConsortium.create();
  const { chain, network } = consortium;
  chain.add([definition(network, 'goods')]);
  chain.add([capture(network, { label: 'made', traces: [{ id: LOT, role: 'output', ver: 1 }] }).envelope]);
  await consortium.start('org1.master', 'org2.master', 'org3.master');
});

afterAll(() => consortium.close());

/** How many organisations' attestations a master has of the newest block. */
async function keptBy(name: string): Promise<number> {
  const client = consortium.connection('org1.client', name);
  const { attestations } = await client.call(Master.method.attestationsOf, { blockNums: [2n] });
  return attestations.length;
}

describe('one master that is left of three', () => {
  it('is enough for a proof of what a quorum has attested, and for no word of what is newest', async () => {
    const trust = readTrust(trustFile(consortium.network), nodeVerifier);
    const tips = await collectTips(consortium.connections(), trust);
    expect(tips.length).toBeGreaterThanOrEqual(2);
    let kept = 0;
    await until(
      async () => (kept = await keptBy('org1.master')) === 3,
      () => `${kept} attestations`,
    );
    await consortium.stop('org2.master', 'org3.master');
    const connections = consortium.connections();
    const all = { newest: null, envelopes: false, at: null };
    const { answer } = await collectTrace(connections, questionOf(LOT), all, trust);
    expect([answer.events.length, answer.complete]).toEqual([1, true]);
    expect(answer.asOf.attestedBy).toEqual(['Org1MSP', 'Org2MSP', 'Org3MSP']);
    expect(answer.tips).toBeNull();
    expect(await collectTips(connections, trust)).toEqual([]);
  });
});
