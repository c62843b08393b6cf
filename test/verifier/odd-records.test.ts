import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { nodeVerifier } from '@cotrace/network';
import { oddRecords } from '../../gateway-app/testing/odd-records.js';
import { questionOf, traceProof, trustFile } from '../../gateway-app/testing/proofs.js';
import { TestChain } from '../../gateway-app/testing/test-chain.js';
import { TestMaster } from '../../gateway-app/testing/test-master.js';
import { TestNetwork } from '../../gateway-app/testing/test-network.js';
import { readTrust } from '../../verifier/proof/trust.js';
import { verifyTraceProof } from '../../verifier/trace-proof/verify-trace-proof.js';

let network: TestNetwork;
let masters: readonly TestMaster[];

beforeAll(async () => {
  network = await TestNetwork.create();
  masters = await TestMaster.openAll(network);
  const chain = new TestChain(network);
  chain.add(oddRecords(network).map(({ envelope }) => envelope));
  for (const master of masters) await master.follow(chain);
});

afterAll(async () => {
  for (const master of masters) await master.close();
  await network.remove();
});

/** What others than the contract wrote, by what a verifier makes of it; the rest is foreign. */
const OTHERS: Readonly<Record<string, string>> = {
  // A record's text is what the client sent: links are not in it.
  'an identifier without a member': 'taken',
  'a record that is not canonical JSON': 'taken',
  // A row alone says where it stands, and nothing says otherwise.
  'a row of another version': 'broken',
  'a row that is deleted again': 'nothing',
  'no row': 'nothing',
};

it.each([false, true])(
  'rows and records that the contract would not write are foreign, by name (with envelopes: %s)',
  async (envelopes) => {
    const trust = readTrust(trustFile(network), nodeVerifier);
    const told: [string, string][] = [];
    for (const { title, traceId } of oddRecords(network)) {
      const proof = await traceProof(network, masters, questionOf(traceId), { envelopes });
      const { complete, events, foreign, brokenChains } = verifyTraceProof(proof, trust, null);
      const kinds = {
        foreign: foreign.length === 1 && events.length === 0 && complete,
        broken: brokenChains.length === 1 && events.length === 1,
        open: !complete && events.length === 1,
        nothing: complete && events.length + foreign.length === 0,
        taken: complete && events.length === 1,
      };
      told.push([title, Object.entries(kinds).find(([, is]) => is)?.[0] ?? 'none']);
    }
    expect(told).toEqual(told.map(([title]) => [title, OTHERS[title] ?? 'foreign']));
    expect(told.map(([title]) => title)).toEqual(expect.arrayContaining(Object.keys(OTHERS)));
  },
);
