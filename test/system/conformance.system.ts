import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { start } from '@cotrace/network';
import { differences } from '../conformance/compare.js';
import { FORGERIES } from '../conformance/forgeries.js';
import { generateScript } from '../conformance/generate.js';
import { runScript, type Observation } from '../conformance/run-script.js';
import { countTransactions } from '../conformance/script.js';
import { scriptedDevnet, type ScriptedNetwork } from '../conformance/scripted-devnet.js';
import { makeOddCalls } from '../conformance/odd-calls.js';
import { readOddCalls, readVector } from '../conformance/vector.js';

// Processes start here, on machines that may be busy.
jest.setTimeout(120_000);

const { script, observations } = readVector('fabric');

describe('the embedded network, held to what was recorded on Fabric', () => {
  let network: ScriptedNetwork;
  let seen: Observation[];

  beforeAll(async () => {
    network = await scriptedDevnet(start);
    seen = await runScript(network.target, script);
  });

  afterAll(() => network.close());

  it('shows clients the same of every transaction, block and query', () => {
    expect(differences(observations, seen)).toEqual([]);
  });

  it('answers odd calls the same, to the orderer, about channels and collections, and of a chaincode that is down', async () => {
    const recorded = readOddCalls().observations;
    expect(recorded.length).toBeGreaterThan(30);
    expect(differences(recorded, await makeOddCalls(network))).toEqual([]);
  });

  it('was asked for a hundred transactions, and many kinds of refusal', () => {
    expect(countTransactions(script)).toBeGreaterThanOrEqual(100);
    const blocks = observations
      .filter(({ at }) => at.endsWith('blocks'))
      .flatMap((block) => block.seen as string[]);
    const codes = new Set(blocks.map((line) => line.slice(line.lastIndexOf(' ') + 1)));
    for (const code of [
      'VALID',
      'MVCC_READ_CONFLICT',
      'PHANTOM_READ_CONFLICT',
      'ENDORSEMENT_POLICY_FAILURE',
      'DUPLICATE_TXID',
    ]) {
      expect(codes).toContain(code);
    }
  });
});

describe('scripts', () => {
  it('are the same for the same seed, and others for others', () => {
    expect(generateScript(7, 50)).toEqual(generateScript(7, 50));
    expect(generateScript(8, 50)).not.toEqual(generateScript(7, 50));
  });

  it('use every forgery', () => {
    const used = generateScript(9, 500).flatMap((step) =>
      step.kind === 'group'
        ? step.members.flatMap((member) => ('forgery' in member ? [member.forgery] : []))
        : [],
    );
    expect(Object.keys(FORGERIES).filter((name) => !used.includes(name))).toEqual([]);
  });
});
