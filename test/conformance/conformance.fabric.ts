import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { findFabric, releaseOf, start } from '@cotrace/network';
import { differences } from './compare.js';
import { makeConfigCalls } from './config-calls.js';
import { generateScript } from './generate.js';
import { makeOddCalls } from './odd-calls.js';
import { comparable } from './release-lines.js';
import { runScript, type Observation } from './run-script.js';
import { countTransactions, type Script } from './script.js';
import { scriptedDevnet, type ScriptedNetwork } from './scripted-devnet.js';
import { scriptedFabric } from './scripted-fabric.js';
import { ODD_CALLS, writeVector } from './vector.js';

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
    const fabric = await observed(networks[0] ?? null, script);
    const embedded = await observed(networks[1] ?? null, script);
    const version = releaseOf(findFabric(process.env));
    expect(differences(...comparable(version, fabric, embedded))).toEqual([]);
  });
});

describe('odd calls', () => {
  it('look the same on the embedded network as on Fabric', async () => {
    const fabric = await oddCalls(scriptedFabric());
    const embedded = await oddCalls(scriptedDevnet(start));
    const version = releaseOf(findFabric(process.env));
    if (process.env['CONFORMANCE_RECORD'] === '1')
      writeVector(ODD_CALLS, { fabric: version, observations: fabric });
    expect(differences(...comparable(version, fabric, embedded))).toEqual([]);
  });
});

describe('configuration updates', () => {
  it('look the same on the embedded network as on Fabric', async () => {
    const fabric = await configCalls(scriptedFabric());
    const embedded = await configCalls(scriptedDevnet(start));
    const version = releaseOf(findFabric(process.env));
    expect(differences(...comparable(version, fabric, embedded))).toEqual([]);
  });
});

async function configCalls(starting: Promise<ScriptedNetwork>): Promise<Observation[]> {
  const network = await starting;
  try {
    return await makeConfigCalls(network);
  } finally {
    await network.close();
  }
}

async function oddCalls(starting: Promise<ScriptedNetwork>): Promise<Observation[]> {
  const network = await starting;
  try {
    return await makeOddCalls(network);
  } finally {
    await network.close();
  }
}

async function observed(network: ScriptedNetwork | null, script: Script): Promise<Observation[]> {
  return network === null ? [] : runScript(network.target, script);
}

if (process.env['CONFORMANCE_RECORD'] === '1')
  describe('a vector, where CONFORMANCE_RECORD is 1', () => {
    it('is recorded', async () => {
      const fabric = await scriptedFabric();
      try {
        const script = generateScript(10, RECORDED);
        const observations = await runScript(fabric.target, script);
        writeVector('fabric', { fabric: releaseOf(findFabric(process.env)), script, observations });
        expect(observations.length).toBeGreaterThan(RECORDED);
      } finally {
        await fabric.close();
      }
    });
  });
