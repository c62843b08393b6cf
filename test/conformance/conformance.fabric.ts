import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { start } from '@cotrace/network';
import { differences } from './compare.js';
import { generateScript } from './generate.js';
import { runScript, type Observation } from './run-script.js';
import { countTransactions, type Script } from './script.js';
import { scriptedDevnet, type ScriptedNetwork } from './scripted-devnet.js';
import { scriptedFabric } from './scripted-fabric.js';
import { writeVector } from './vector.js';

/** Seeds of the scripts, and at least so many transactions in each. */
const SEEDS = (process.env['CONFORMANCE_SEEDS'] ?? '3,5,6').split(',').map(Number);
const TRANSACTIONS = 500;
/** Transactions of the script that is recorded, so that the embedded network is held to it where Fabric is not. */
const RECORDED = 200;

jest.setTimeout(600_000);

describe.each(SEEDS)('random transactions of seed %d', (seed) => {
  const networks: ScriptedNetwork[] = [];

  beforeAll(async () => {
    networks.push(await scriptedFabric());
    networks.push(await scriptedDevnet(start));
  });

  afterAll(() => Promise.all(networks.map((network) => network.close())));

  it('look the same on the embedded network as on Fabric', async () => {
    const script = generateScript(seed, TRANSACTIONS);
    expect(countTransactions(script)).toBeGreaterThanOrEqual(TRANSACTIONS);
    const expected = await observed(networks[0], script);
    const seen = await observed(networks[1], script);
    expect(differences(expected, seen)).toEqual([]);
  });
});

async function observed(network: ScriptedNetwork | undefined, script: Script): Promise<Observation[]> {
  return network === undefined ? [] : runScript(network.target, script);
}

const record = process.env['CONFORMANCE_RECORD'];

if (record !== undefined)
  describe('a vector, where CONFORMANCE_RECORD gives its version of Fabric', () => {
    it('is recorded', async () => {
      const fabric = await scriptedFabric();
      try {
        const script = generateScript(10, RECORDED);
        const observations = await runScript(fabric.target, script);
        writeVector('fabric', { fabric: record, script, observations });
        expect(observations.length).toBeGreaterThan(RECORDED);
      } finally {
        await fabric.close();
      }
    });
  });
