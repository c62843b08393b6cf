import { CotraceError, type Attestation } from '@cotrace/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attest, withMembers } from '../testing/attestations.js';
import { ProofScene } from '../testing/proof-scene.js';
import { withQuorum } from '../testing/proofs.js';
import { masterOf } from '../testing/scene-masters.js';
import { Faults } from './faults.js';
import { Gathered, type AskedMaster } from './gathered.js';

let scene: ProofScene;

beforeAll(async () => {
  scene = await ProofScene.create();
});

afterAll(() => scene.close());

const honest = (index: number, block: bigint): Attestation => masterOf(scene, index).attestation(block);
/** An attestation of another block of that number; `fill` makes one of many. */
const otherwise = (index: number, block: bigint, fill = 0): Attestation =>
  attest(
    masterOf(scene, index).identity,
    withMembers(honest(index, block).body, { dataHash: new Uint8Array(32).fill(fill) }),
  );
/** One whose signature is not valid. */
const rubbish = (index: number, block: bigint): Attestation => ({
  ...honest(index, block),
  signature: Uint8Array.of(1),
});

/** The master of the scene's organisation whose number or letter ends its name; from the fourth on of none. */
function masterNamed(name: string): AskedMaster {
  const at = 'abcde'.indexOf(name);
  return { name, mspId: `Org${at < 0 ? Number(name.slice(1)) + 1 : at + 1}MSP` };
}

/** Attestations of blocks from three masters, two of which must agree, unless it is said otherwise. */
function gathering(blocks: readonly bigint[], masters = 3, quorum = 2) {
  const gathered = new Gathered(blocks, masters, withQuorum(scene.trust, quorum));
  const faults = new Faults();
  const add = (name: string, ...sent: readonly (readonly [bigint, Attestation])[]) =>
    gathered.add(masterNamed(name), sent, faults);
  const named = () => faults.list().map(({ node, code }) => `${node} ${code}`);
  return { gathered, faults, add, named };
}

describe('attestations that are gathered', () => {
  it('are missing of each block until a quorum send the same body, and wanted of those that have not sent theirs', () => {
    const { gathered, add, named } = gathering([2n, 3n]);
    add('a');
    expect(gathered.missing()).toEqual([2n, 3n]);
    add('a', [2n, honest(0, 2n)], [3n, honest(0, 3n)]);
    add('b', [2n, honest(1, 2n)]);
    expect(gathered.missing()).toEqual([3n]);
    expect(['a', 'b', 'c'].map((master) => gathered.wantedOf(masterNamed(master)))).toEqual([[], [3n], [3n]]);
    expect(gathered.blocks()).toEqual([
      { block: 2n, attestations: [honest(0, 2n), honest(1, 2n)] },
      { block: 3n, attestations: [honest(0, 3n)] },
    ]);
    expect(named()).toEqual([]);
  });

  it('are still missing where the bodies differ, and then nobody is named', () => {
    const { gathered, add, named } = gathering([2n]);
    add('a', [2n, honest(0, 2n)]);
    add('b', [2n, otherwise(1, 2n)]);
    gathered.nameDissenters(new Faults());
    expect([gathered.missing(), named()]).toEqual([[2n], []]);
  });

  it('of a block that is not wanted are not kept', () => {
    const { gathered, add } = gathering([2n]);
    add('a', [3n, honest(0, 3n)]);
    expect(gathered.blocks()).toEqual([{ block: 2n, attestations: [] }]);
  });

  it('name whoever states something else than a quorum, whichever come first', () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
    ]) {
      const { gathered, faults, add, named } = gathering([2n]);
      for (const i of order) add(`m${i}`, [2n, i === 0 ? otherwise(0, 2n) : honest(i, 2n)]);
      gathered.nameDissenters(faults);
      expect(named()).toEqual(['m0 ATTESTS_OTHERWISE']);
    }
  });

  it('name nobody where there is no quorum', () => {
    const { gathered, faults, add, named } = gathering([2n], 3, 3);
    add('a', [2n, honest(0, 2n)]);
    add('b', [2n, honest(1, 2n)]);
    add('c', [2n, otherwise(2, 2n)]);
    gathered.nameDissenters(faults);
    expect([gathered.missing(), named()]).toEqual([[2n], []]);
  });

  it('are as good from another master, which has kept them, and leave nothing to ask of their own', () => {
    const { gathered, faults, add, named } = gathering([2n]);
    add('a', [2n, honest(0, 2n)], [2n, honest(1, 2n)], [2n, honest(2, 2n)]);
    expect([gathered.missing(), gathered.wantedOf(masterNamed('b'))]).toEqual([[], []]);
    expect(gathered.blocks()).toEqual([{ block: 2n, attestations: [0, 1, 2].map((i) => honest(i, 2n)) }]);
    gathered.refuseTooFew(faults);
    expect(named()).toEqual([]);
  });

  it('name who sends what another organisation states otherwise, and not that organisation', () => {
    const { gathered, faults, add, named } = gathering([2n]);
    add('a', [2n, honest(0, 2n)], [2n, otherwise(2, 2n)]);
    add('b', [2n, honest(1, 2n)]);
    gathered.nameDissenters(faults);
    expect(named()).toEqual(['a ATTESTS_OTHERWISE']);
  });

  it('of an organisation that the trust file does not name are passed over', () => {
    const { gathered, add, named } = gathering([2n]);
    add('a', [2n, { ...honest(0, 2n), mspId: 'Org9MSP' }], [2n, honest(0, 2n)]);
    expect(gathered.blocks()).toEqual([{ block: 2n, attestations: [honest(0, 2n)] }]);
    expect(named()).toEqual([]);
  });
});

describe('attestations that do not count', () => {
  it('are the fault of who sent them, and give way to those of their own organisation', () => {
    const { gathered, add, named } = gathering([2n, 3n]);
    add('a', [2n, rubbish(1, 2n)], [3n, honest(0, 3n)]);
    expect(named()).toEqual([]);
    add('b', [2n, honest(1, 2n)]);
    expect(gathered.blocks()[0]?.attestations).toEqual([honest(1, 2n)]);
    add('c', [3n, rubbish(1, 3n)], [3n, honest(2, 3n)]);
    expect([named(), gathered.hasDropped('b')]).toEqual([['c ATTESTATION_SIGNATURE'], false]);
    expect(gathered.blocks()[1]?.attestations).toEqual([honest(0, 3n)]);
  });

  it('do not matter where others are enough, however few masters are left', () => {
    const { gathered, faults, add } = gathering([2n]);
    add('b', [2n, rubbish(1, 2n)]);
    add('c', [2n, rubbish(2, 2n)]);
    add('a', [2n, honest(0, 2n)], [2n, honest(1, 2n)]);
    expect(gathered.missing()).toEqual([]);
    gathered.refuseTooFew(faults);
  });

  it('are found out by the newest at once, with all others of that master', () => {
    const { gathered, add, named } = gathering([2n, 3n, 4n]);
    add('a', [2n, honest(0, 2n)]);
    add('a', [4n, rubbish(0, 4n)], [3n, honest(0, 3n)]);
    expect(gathered.hasDropped('a')).toBe(true);
    expect(gathered.blocks().every(({ attestations }) => attestations.length === 0)).toBe(true);
    expect(named()).toEqual(['a ATTESTATION_SIGNATURE']);
    add('b', [3n, honest(1, 3n)], [4n, rubbish(1, 4n)]);
    expect(gathered.hasDropped('b')).toBe(true);
  });

  it('are found out by an older one where all are checked', () => {
    const { gathered, faults, add, named } = gathering([2n, 3n]);
    add('a', [2n, rubbish(0, 2n)], [3n, honest(0, 3n)]);
    add('b', [2n, honest(1, 2n)], [3n, honest(1, 3n)]);
    expect([gathered.hasDropped('a'), named()]).toEqual([false, []]);
    expect(gathered.dropRefused(faults)).toBe(true);
    expect([gathered.hasDropped('a'), gathered.hasDropped('b')]).toEqual([true, false]);
    expect(gathered.blocks().map(({ attestations }) => attestations)).toEqual([
      [honest(1, 2n)],
      [honest(1, 3n)],
    ]);
    expect(named()).toEqual(['a ATTESTATION_SIGNATURE']);
    expect(gathered.dropRefused(faults)).toBe(false);
  });

  it('are too many once fewer masters than a quorum are left, and then it says whose they were', () => {
    const { gathered, faults, add } = gathering([2n, 3n]);
    faults.add('c', new CotraceError('UNREACHABLE', 'away'));
    add('a', [2n, rubbish(0, 2n)]);
    gathered.refuseTooFew(faults);
    add('b', [3n, rubbish(1, 3n)]);
    expect(() => gathered.refuseTooFew(faults)).toThrow(
      expect.objectContaining({
        code: 'NO_QUORUM',
        message: expect.stringMatching(
          /^block 2 is not attested by a quorum of organisations: .*Org1MSP.*; .*Org2MSP/,
        ) as unknown,
        detail: {
          block: 2n,
          refused: [
            expect.objectContaining({ node: 'a', code: 'ATTESTATION_SIGNATURE' }),
            expect.objectContaining({ node: 'b', code: 'ATTESTATION_SIGNATURE' }),
          ],
        },
      }),
    );
  });

  it('are not needed to see that a network has too few masters', () => {
    const { gathered, faults } = gathering([2n], 1, 2);
    expect(() => gathered.refuseTooFew(faults)).toThrow(
      expect.objectContaining({ code: 'NO_QUORUM', detail: { block: 2n, refused: [] } }),
    );
  });
});
