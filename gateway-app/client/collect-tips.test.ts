import { CotraceError } from '@cotrace/core';
import { verifyTips } from '@cotrace/verifier';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Attestor } from '../master/attestor.js';
import { ended, startFakeClock } from '../testing/fake-clock.js';
import { fakeConnections, type MasterAnswers } from '../testing/fake-network.js';
import { addressed } from '../testing/masters-in-process.js';
import { withQuorum } from '../testing/proofs.js';
import { ProofScene } from '../testing/proof-scene.js';
import { masterOf } from '../testing/scene-masters.js';
import { collectTips } from './collect-tips.js';

let scene: ProofScene;

beforeAll(async () => {
  scene = await ProofScene.create();
});

afterAll(() => scene.close());

beforeEach(startFakeClock);

afterEach(() => {
  jest.useRealTimers();
});

function tipping(index: number, block = 7n, change: object = {}): MasterAnswers {
  const { networkId } = scene.network.terms;
  const [headerHash, trieRoot] = [new Uint8Array(32), new Uint8Array(32)];
  const attestor = new Attestor(masterOf(scene, index).identity);
  const { block: blockNum, ...tip } = attestor.tip({ networkId, block, headerHash, trieRoot }, new Date());
  return { freshness: () => Promise.resolve({ ...tip, blockNum, ...change }) };
}
const connected = (...masters: readonly MasterAnswers[]) =>
  fakeConnections({
    consortium: addressed(scene.network),
    nodes: Object.fromEntries(masters.map((answers, i) => [`org${i + 1}.master`, answers])),
  });
const named = ({ faults }: ReturnType<typeof connected>) =>
  faults.list().map(({ node, code }) => `${node} ${code}`);

describe('the tips of masters', () => {
  it('are those that count, one an organisation', async () => {
    const connections = connected(tipping(0), tipping(1, 8n), tipping(2, 9n));
    const tips = await ended(collectTips(connections, scene.trust));
    expect(verifyTips(tips, 6n, scene.trust)).toMatchObject({
      block: 8n,
      attestedBy: ['Org1MSP', 'Org2MSP', 'Org3MSP'],
    });
    expect(named(connections)).toEqual([]);
  });

  it('are enough without one that lies, takes the place of another or is cut off, which is named', async () => {
    for (const [odd, code] of [
      [tipping(0, 7n, { blockNum: 2n ** 63n }), 'ATTESTATION_SIGNATURE'],
      [tipping(1), 'ATTESTATION_IDENTITY'],
      [{ freshness: () => Promise.reject(new CotraceError('NOT_FRESH', 'cut off')) }, 'NOT_FRESH'],
    ] as const) {
      const connections = connected(odd, tipping(1), tipping(2));
      const tips = await ended(collectTips(connections, scene.trust));
      expect(tips.map(({ mspId }) => mspId).sort()).toEqual(['Org2MSP', 'Org3MSP']);
      expect(named(connections)).toEqual([`org1.master ${code}`]);
    }
  });

  it('are none where fewer than a quorum count', async () => {
    const connections = connected(tipping(0), tipping(1), {});
    expect(await ended(collectTips(connections, withQuorum(scene.trust, 3)))).toEqual([]);
    expect(named(connections)).toEqual(['org3.master UNREACHABLE']);
  });
});
