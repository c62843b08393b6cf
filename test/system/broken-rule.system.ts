import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { BlockOverlay } from '@cotrace/fabric-model';
import { start } from '@cotrace/network';
import { differences } from '../conformance/compare.js';
import { runScript, type Observation } from '../conformance/run-script.js';
import { scriptedDevnet, type ScriptedNetwork } from '../conformance/scripted-devnet.js';
import { readVector } from '../conformance/vector.js';

// Processes start here, on machines that may be busy.
jest.setTimeout(120_000);

const { script, observations } = readVector('fabric');
let network: ScriptedNetwork;
let seen: Observation[];

beforeAll(async () => {
  // The one rule that is broken: a key that an earlier transaction of the block wrote counts as unchanged.
  jest.spyOn(BlockOverlay.prototype, 'isWritten').mockReturnValue(false);
  network = await scriptedDevnet(start);
  seen = await runScript(network.target, script);
});

afterAll(async () => {
  jest.restoreAllMocks();
  await network.close();
});

it('a rule of the embedded network that is broken on purpose is caught', () => {
  const [first] = differences(observations, seen);
  expect(first?.expected).toContain('MVCC_READ_CONFLICT');
  expect(first?.seen).not.toContain('MVCC_READ_CONFLICT');
});
