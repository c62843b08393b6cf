import type { MasterAnswers } from './fake-network.js';
import type { ProofScene } from './proof-scene.js';
import type { TestMaster } from './test-master.js';

/** Master `index` of a scene. */
export function masterOf(scene: ProofScene, index: number): TestMaster {
  const master = scene.masters[index];
  if (master === undefined) throw new RangeError(`there is no master ${index}`);
  return master;
}

/**
 * What a master of a scene says of its height and attests, at once, so that tests can run it on a fake clock, with other
 * answers in place of some. `height`: how far it says to be, by default the whole chain.
 */
export function attestingMaster(
  scene: ProofScene,
  index: number,
  more: MasterAnswers = {},
  height: () => bigint = () => scene.chain.height,
): MasterAnswers {
  const master = masterOf(scene, index);
  return {
    traceHeads: () => Promise.resolve({ height: height() }),
    status: () => Promise.resolve({ height: height(), ledgerHeight: height() }),
    attestationsOf: ({ blockNums }) =>
      Promise.resolve({ attestations: blockNums.map((block) => master.attestation(block)) }),
    ...more,
  };
}
