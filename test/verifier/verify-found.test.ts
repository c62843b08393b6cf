import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { traceKey, utf8 } from '@cotrace/core';
import { FindKeySchema } from '../../gateway-app/gen/cotrace/cotrace_pb.js';
import { findAll } from '../../gateway-app/master/find.js';
import { attest } from '../../gateway-app/testing/attestations.js';
import { codeOf } from '../../gateway-app/testing/codes.js';
import { ProofScene } from '../../gateway-app/testing/proof-scene.js';
import { withQuorum } from '../../gateway-app/testing/proofs.js';
import type { Trust } from '../../verifier/proof/trust.js';
import { verifyStates, type FoundAnswer, type StateQuestion } from '../../verifier/proof/verify-found.js';

let scene: ProofScene;
let answer: FoundAnswer;
const questions: readonly StateQuestion[] = ['FLOUR', 'NOTHING'].map((id) => ({
  domain: 'goods',
  key: traceKey(id),
}));

beforeAll(async () => {
  scene = await ProofScene.create();
  const [master] = scene.masters;
  if (master === undefined) throw new RangeError('there is no master');
  const keys = questions.map((value) => create(FindKeySchema, { what: { case: 'state', value } }));
  const { blockNum, found } = await findAll(master.ledger, 1024, keys, null);
  answer = { blockNum, found, attestations: scene.attestations(blockNum).attestations };
});

afterAll(async () => {
  await scene.close();
});

const outcomeOf = (parts: Partial<FoundAnswer>) =>
  codeOf(() => verifyStates(questions, { ...answer, ...parts }, scene.trust));

describe('what masters answer about keys', () => {
  it('is what a quorum attests: what is there, and what is not', () => {
    const { states } = verifyStates(questions, answer, scene.trust);
    expect(states).toMatchObject([{ entry: { blockNum: 4n, txNum: 1, verNum: 2 } }, null]);
  });

  it('holds as of the time that a quorum states, so that one liar makes nothing fresh, and names who attests, in the order of their names', () => {
    const attestations = [2, 0, 1].map((i) =>
      attest(
        scene.network.organisation(i).master,
        scene.attestations(answer.blockNum).attestations[0]?.body ?? new Uint8Array(),
        new Date(Date.UTC(2026, 0, 1 + ((i + 1) % 3)) + 86_400_000 * 200),
      ),
    );
    const times = attestations.map(({ unixSeconds }) => unixSeconds).sort();
    expect(verifyStates(questions, { ...answer, attestations }, scene.trust).asOf).toEqual({
      block: answer.blockNum,
      unixSeconds: times[1],
      attestedBy: ['Org1MSP', 'Org2MSP', 'Org3MSP'],
    });
    // The same body signed again, now: no two different statements, and still not fresh.
    const [old] = scene.attestations(answer.blockNum).attestations;
    const again = attest(scene.network.organisation(1).master, old?.body ?? new Uint8Array(), new Date(2e12));
    const pair = { ...answer, attestations: old === undefined ? [] : [old, again] };
    expect(verifyStates(questions, pair, scene.trust).asOf.unixSeconds).toBe(old?.unixSeconds);
    const every = withQuorum(scene.trust, 3);
    expect(verifyStates(questions, { ...answer, attestations }, every).asOf.unixSeconds).toBe(times[0]);
  });

  it('does not hold of a block that is not above the checkpoint of the trust file', async () => {
    const network = { ...scene.trust.network, c: 2 };
    const at = (cycle: bigint): Trust => ({
      ...scene.trust,
      network,
      checkpoint: { cycle, hash: new Uint8Array(32) },
    });
    const asked = (trust: Trust) => codeOf(() => verifyStates(questions, answer, trust));
    expect(answer.blockNum).toBe(6n);
    expect(await asked(at(2n))).toBeNull();
    expect(await asked(at(3n))).toBe('STALE');
    expect(await asked(at(4n))).toBe('STALE');
  });

  it.each<[string, string, () => Partial<FoundAnswer>]>([
    ['to fewer questions', 'BAD_ANSWER', () => ({ found: answer.found.slice(1) })],
    ['to more questions', 'BAD_ANSWER', () => ({ found: [...answer.found, ...answer.found] })],
    [
      'with another value',
      'WRONG_VALUE',
      () => ({ found: answer.found.map(({ proof }) => ({ proof, value: utf8('{}') })) }),
    ],
    ['without the value', 'WRONG_VALUE', () => ({ found: answer.found.map(({ proof }) => ({ proof })) })],
    ['without a quorum', 'NO_QUORUM', () => ({ attestations: answer.attestations.slice(2) })],
  ])('is refused %s: %s', async (_what, code, parts) => {
    expect(await outcomeOf(parts())).toBe(code);
  });
});
