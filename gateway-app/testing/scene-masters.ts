import { create } from '@bufbuild/protobuf';
import type { TraceQuestion } from '@cotrace/verifier';
import { Master, type ProofPart } from '../gen/cotrace/cotrace_pb.js';
import { Attestor } from '../master/attestor.js';
import type { MasterAnswers } from './fake-network.js';
import { honestAnswers } from './masters-in-process.js';
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
    freshness: () => Promise.resolve(tipOf(scene, index)),
    ...more,
  };
}

/** How far the ledger is, as a master states it now. */
function tipOf(scene: ProofScene, index: number) {
  const block = scene.chain.height - 1n;
  const { networkId } = scene.network.terms;
  const { headerHash } = scene.chain.block(block);
  const attestor = new Attestor(masterOf(scene, index).identity);
  const tip = attestor.tip({ networkId, block, headerHash, trieRoot: new Uint8Array(32) }, new Date());
  return { ...tip, blockNum: block };
}

/** The parts that the first master of a scene sends, honestly: of all events that a question needs, or of the newest alone. */
export async function partsOf(
  scene: ProofScene,
  { traceId, direction, limits }: TraceQuestion,
  newest?: number,
): Promise<ProofPart[]> {
  const { prove } = honestAnswers(scene.network, masterOf(scene, 0));
  const most = newest === undefined ? {} : { newest };
  const request = create(Master.method.prove.input, { traceId, direction, ...limits, ...most });
  const parts: ProofPart[] = [];
  for await (const part of prove?.(request, new AbortController().signal) ?? []) {
    parts.push(create(Master.method.prove.output, part));
  }
  return parts;
}
