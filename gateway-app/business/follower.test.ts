import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CotraceError, sha256 } from '@cotrace/core';
import type { Attestation, BusinessBlock } from '../gen/cotrace/cotrace_pb.js';
import { attest, withMembers } from '../testing/attestations.js';
import { BusinessScene } from '../testing/business-scene.js';
import { altering, attesting, breaking, withholding } from '../testing/liars.js';
import { HASTE, type TestBusinessOptions } from '../testing/test-business-node.js';
import { TestChain } from '../testing/test-chain.js';
import type { TestNetwork } from '../testing/test-network.js';
import { put } from '../testing/transactions.js';
import type { BlockOrigin } from './docking.js';
import type { AttestationSource } from './follow-attestations.js';

// Other work on the machine must not fail a test.
jest.setTimeout(30_000);

let scene: BusinessScene;
let network: TestNetwork;

beforeAll(async () => {
  scene = await BusinessScene.create();
  ({ network } = scene);
});

afterAll(() => scene.close());
afterEach(() => scene.stopNodes());

const start = (options: TestBusinessOptions) => scene.start(options);
const newFolder = () => scene.newFolder();
const origins = () => scene.origins();
const sources = () => scene.sources();
const masterOf = (index: number) => scene.masterOf(index);

/** Holds back what sources attest from a block on, until it is opened. */
function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const before = (source: AttestationSource, blockNum: bigint): AttestationSource => ({
    name: source.name,
    async *attestations(from, signal) {
      let next = from;
      for await (const attestation of source.attestations(from, signal)) {
        if (next >= blockNum)
          await Promise.race([opened, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
        yield attestation;
        next += 1n;
      }
    },
  });
  return { before, open };
}

/** An origin whose suspension is over is tried, and refused, again: how often is a matter of the machine's speed. */
const distinct = (codes: readonly string[]) => [...new Set(codes)];

describe('a business node', () => {
  it('follows its domain from the genesis block on, and forgets the blocks', async () => {
    const node = await start({
      folder: newFolder(),
      origins: origins(),
      sources: sources(),
    });
    await node.until(() => node.height === 4n);
    expect(node.value('a')).toBe('2');
    expect(node.store.entry('goods', 'a')).toMatchObject({ blockNum: 3n, txNum: 0, verNum: 2 });
    expect(node.value('b', 'retail')).toBeNull();
    expect(node.refused).toEqual([]);
    await node.stop();
  });

  it('waits for a quorum, whatever one master sends', async () => {
    const [first, ...others] = sources();
    const node = await start({
      folder: newFolder(),
      origins: origins(),
      sources: first === undefined ? [] : [first],
    });
    // It holds what it needs but for a second opinion: the block, and the attestation of one.
    await node.until(() => node.pool.of(0n).length === 1 && node.follower.dockedAt === 'org1.master');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(node.height).toBe(0n);
    expect(node.refused).toEqual([]);
    await node.stop();
    expect(others).toHaveLength(2);
  });

  it('goes on from its checkpoint after a restart, with an equal state', async () => {
    const [folder, fresh] = [newFolder(), newFolder()];
    const part = sources().map((source) => attesting(source, 2n, () => []));
    const before = await start({ folder, origins: origins(), sources: part });
    await before.until(() => before.height === 2n);
    await before.stop();
    const asked: bigint[] = [];
    const noting: BlockOrigin = {
      name: 'noting',
      blocks: (from, signal) => {
        asked.push(from);
        return masterOf(0).origin('goods').blocks(from, signal);
      },
    };
    const after = await start({ folder, origins: [noting], sources: sources() });
    const other = await start({ folder: fresh, origins: origins(), sources: sources() });
    await after.until(() => after.height === 4n && other.height === 4n);
    expect(await after.store.digest('goods')).toEqual(await other.store.digest('goods'));
    expect((await after.store.digest('goods')).entries).toBe(1n);
    expect(after.rank.digest()).toEqual(other.rank.digest());
    expect(asked).toEqual([2n]);
    await after.stop();
    await other.stop();
  });

  it('takes its genesis block from nobody but by its hash', async () => {
    const [honest] = origins();
    const { envelopes } = new TestChain(network.sibling('staging')).block(0n);
    const liar = altering(masterOf(0).origin('goods'), 0n, (block) => {
      for (const transaction of block.transactions) transaction.envelope = envelopes[0] ?? new Uint8Array();
      return block;
    });
    const node = await start({
      folder: newFolder(),
      origins: honest === undefined ? [liar] : [liar, honest],
      sources: sources(),
    });
    await node.until(() => node.height === 4n);
    expect(distinct(node.refused)).toEqual(['GENESIS_BLOCK']);
    await node.stop();
  });
});

describe('an origin', () => {
  const lies: readonly (readonly [string, string, (block: BusinessBlock) => BusinessBlock])[] = [
    ['drops a transaction', 'WRONG_AMOUNT', (block) => ({ ...block, transactions: [] })],
    [
      'alters a transaction',
      'ROOT_MISMATCH',
      (block) => {
        for (const transaction of block.transactions)
          transaction.envelope = put(network, 'goods', { a: 'x' });
        return block;
      },
    ],
    ['sends an older block', 'BLOCK_NUMBER', () => masterOf(0).businessBlock(1n, 'goods')],
    ["sends another domain's block", 'WRONG_DOMAIN', () => masterOf(0).businessBlock(2n, 'retail')],
  ];

  it.each(lies)('that %s is refused for %s, reported, and replaced', async (_title, code, lie) => {
    const liar = altering(masterOf(0).origin('goods'), 2n, lie);
    const node = await start({
      folder: newFolder(),
      origins: [liar, masterOf(1).origin('goods')],
      sources: sources(),
    });
    await node.until(() => node.height === 4n);
    expect(node.refusals.all()).toMatchObject([{ blockNum: 2n, code, source: liar.name }]);
    expect(node.value('a')).toBe('2');
    await node.stop();
  });

  it('that withholds a block which a quorum attests while the node waits is reported and replaced', async () => {
    const silent = withholding(masterOf(0).origin('goods'), 2n);
    const late = gate();
    const node = await start({
      folder: newFolder(),
      origins: [silent, masterOf(1).origin('goods')],
      sources: sources().map((source) => late.before(source, 2n)),
      patience: { ...HASTE, withheld: 400 },
    });
    await node.until(() => node.height === 2n);
    // So long that the node certainly waits for the next block.
    await new Promise((resolve) => setTimeout(resolve, 100));
    late.open();
    await node.until(() => node.height === 4n);
    expect(node.refusals.all()).toMatchObject([
      { blockNum: 2n, code: 'WITHHELD', source: silent.name, times: 1 },
    ]);
    await node.stop();
  });

  it('that does not send what was long attested when the node came is replaced, and not accused', async () => {
    const node = await start({
      folder: newFolder(),
      origins: [withholding(masterOf(0).origin('goods'), 2n), masterOf(1).origin('goods')],
      sources: sources(),
      patience: { ...HASTE, suspension: 60_000 },
    });
    await node.until(() => node.height === 4n);
    expect([node.refused, node.follower.dockedAt]).toEqual([[], 'org2.master']);
    await node.stop();
  });

  it('that has no genesis block yet, as where all start together, is replaced, and not accused', async () => {
    const node = await start({
      folder: newFolder(),
      origins: [withholding(masterOf(0).origin('goods'), 0n), masterOf(1).origin('goods')],
      sources: sources(),
      patience: { ...HASTE, suspension: 60_000 },
    });
    await node.until(() => node.height === 4n);
    expect(node.refused).toEqual([]);
    await node.stop();
  });

  it('is not left because one master alone speaks of a genesis block', async () => {
    const [first] = sources();
    const node = await start({
      folder: newFolder(),
      origins: [withholding(masterOf(0).origin('goods'), 0n), masterOf(1).origin('goods')],
      sources: first === undefined ? [] : [first],
      patience: { ...HASTE, withheld: 20 },
    });
    await node.until(() => node.follower.dockedAt !== null);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(node.follower.dockedAt).toBe('org1.master, withholding');
    await node.stop();
  });

  it('that lags is left, and docked at again later', async () => {
    const late = { ...withholding(masterOf(0).origin('goods'), 3n), name: 'late' };
    const back = { honest: false };
    const recovering: BlockOrigin = {
      name: 'late',
      blocks: (from, signal) =>
        back.honest ? masterOf(0).origin('goods').blocks(from, signal) : late.blocks(from, signal),
    };
    const node = await start({
      folder: newFolder(),
      origins: [recovering, masterOf(1).origin('goods')],
      sources: sources(),
      patience: { ...HASTE, stay: 100, suspension: 100 },
    });
    await node.until(() => node.height === 4n);
    expect(node.follower.dockedAt).toBe('org2.master');
    back.honest = true;
    await node.until(() => node.follower.dockedAt === 'late');
    await node.stop();
  });

  it('that only waits for what nobody has attested yet is left in peace', async () => {
    const node = await start({
      folder: newFolder(),
      origins: origins(),
      sources: sources(),
      patience: { ...HASTE, withheld: 20 },
    });
    await node.until(() => node.height === 4n);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect([node.refused, node.follower.dockedAt]).toEqual([[], 'org1.master']);
    await node.stop();
  });

  it('whose stream breaks or that sends codes of our own is passed over like any other', async () => {
    const node = await start({
      folder: newFolder(),
      origins: [
        breaking('broken', new Error('reset')),
        breaking('ours', new CotraceError('BAD_ANSWER', 'ours')),
        masterOf(2).origin('goods'),
      ],
      sources: sources(),
      // Only breaking counts here: on a busy machine an honest origin may take longer than the usual haste.
      patience: { ...HASTE, withheld: 10_000 },
    });
    await node.until(() => node.height === 4n);
    expect(distinct(node.refused)).toEqual(['BAD_ANSWER']);
    await node.stop();
  });
});

describe('a master', () => {
  const forged: readonly (readonly [string, string, (honest: Attestation) => Attestation])[] = [
    [
      "attests with a client's certificate",
      'ATTESTATION_ROLE',
      ({ body }) => attest(network.organisation(0).client, body),
    ],
    [
      'attests another network',
      'ATTESTATION_NETWORK',
      ({ body }) => {
        const { networkId } = network.sibling('staging').terms;
        return attest(masterOf(0).identity, withMembers(body, { networkId }));
      },
    ],
    [
      'alters a byte of its signature',
      'ATTESTATION_SIGNATURE',
      (honest) => ({ ...honest, signature: honest.signature.map((byte, i) => (i === 20 ? byte ^ 1 : byte)) }),
    ],
  ];

  it.each(forged)('that %s does not count and is reported: %s', async (_title, code, forge) => {
    const [first, second, third] = sources();
    if (first === undefined || second === undefined || third === undefined)
      throw new RangeError('three masters');
    const liar = attesting(first, 2n, (honest) => [forge(honest)]);
    const node = await start({
      folder: newFolder(),
      origins: origins(),
      sources: [liar, attesting(second, 2n, () => [])],
    });
    await node.until(() => node.refused.includes(code));
    expect(node.height).toBe(2n);
    expect(node.refusals.all()).toMatchObject([{ blockNum: 2n, code, source: 'org1.master' }]);
    await node.stop();

    const recovered = await start({
      folder: newFolder(),
      origins: origins(),
      sources: [liar, second, third],
    });
    await recovered.until(() => recovered.height === 4n);
    await recovered.stop();
  });

  it('that sends bytes which are no attestation is reported, and asked again', async () => {
    const [first, second, third] = sources();
    if (first === undefined || second === undefined || third === undefined)
      throw new RangeError('three masters');
    const noise = attesting(first, 2n, (honest) => [{ ...honest, body: honest.body.slice(1) }]);
    const node = await start({
      folder: newFolder(),
      origins: origins(),
      sources: [noise, second, third],
    });
    await node.until(() => node.height === 4n && node.refused.length > 0);
    expect(node.refused[0]).toBe('BAD_TAG');
    await node.stop();
  });

  it('whose organisation equivocates is excluded for good, restarts included', async () => {
    const [first, second, third] = sources();
    if (first === undefined || second === undefined || third === undefined)
      throw new RangeError('three masters');
    const twoFaced = attesting(first, 2n, (honest) => [
      honest,
      attest(masterOf(0).identity, withMembers(honest.body, { trieRoot: sha256(honest.body) })),
    ]);
    const folder = newFolder();
    // The third master is silent from block 3 on, so that the first one would be needed.
    const silent = attesting(third, 3n, () => []);
    const node = await start({
      folder,
      origins: origins(),
      sources: [twoFaced, attesting(second, 2n, () => []), attesting(third, 2n, () => [])],
    });
    await node.until(() => node.refused.includes('EQUIVOCATION'));
    await node.stop();

    const again = await start({
      folder,
      origins: origins(),
      sources: [first, second, silent],
    });
    // The excluded one's attestation of block 3 is there, and so is the second's: they are no quorum.
    await again.until(() => again.height === 3n && again.pool.of(3n).length === 2);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(again.height).toBe(3n);
    const [evidence, ...more] = await again.store.evidence();
    expect(more).toEqual([]);
    expect(evidence).toMatchObject({ kind: 'equivocation', blockNum: 2n });
    expect(evidence?.attestations.map(({ mspId }) => mspId)).toEqual(['Org1MSP', 'Org1MSP']);
    await again.stop();

    const whole = await start({ folder, origins: origins(), sources: sources() });
    await whole.until(() => whole.height === 4n);
    await whole.stop();
  });
});
