import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { MerkleTree, utf8 } from '@cotrace/core';
import { encodeEnvelope } from '@cotrace/fabric-model';
import { transactionFacts } from '@cotrace/verifier';
import { DomainTransactionSchema } from '../gen/cotrace/cotrace_pb.js';
import { attest, withMembers } from '../testing/attestations.js';
import { BusinessScene } from '../testing/business-scene.js';
import { codeOf } from '../testing/codes.js';
import { altering, attesting } from '../testing/liars.js';
import type { TestBusinessOptions } from '../testing/test-business-node.js';
import { TestChain } from '../testing/test-chain.js';
import { TestMaster } from '../testing/test-master.js';
import type { TestNetwork } from '../testing/test-network.js';
import { put } from '../testing/transactions.js';

const BAD_PAYLOAD = 2;

// Other work on the machine must not fail a test.
jest.setTimeout(30_000);

let scene: BusinessScene;
let network: TestNetwork;
let chain: TestChain;

beforeAll(async () => {
  scene = await BusinessScene.create();
  ({ network, chain } = scene);
});

afterAll(() => scene.close());
afterEach(() => scene.stopNodes());

const start = (options: TestBusinessOptions) => scene.start(options);
const newFolder = () => scene.newFolder();
const origins = () => scene.origins();
const sources = () => scene.sources();

describe('a quorum that continues from another chain', () => {
  it('stops the node as forked, and nobody is accused of it', async () => {
    const folder = newFolder();
    const part = sources().map((source) => attesting(source, 3n, () => []));
    const before = await start({ folder, origins: origins(), sources: part });
    await before.until(() => before.height === 3n);
    await before.stop();
    const fork = new TestChain(network);
    fork.adopt(chain.block(1n));
    for (const value of ['x', 'y']) fork.add([put(network, 'goods', { a: value })]);
    const others = await TestMaster.openAll(network, `${folder}-masters`);
    for (const master of others) await master.follow(fork);
    const node = await start({
      folder,
      origins: others.map((master) => master.origin('goods')),
      sources: others.map((master) => master.source),
    });
    await node.until(() => node.follower.state === 'forked');
    expect([node.height, node.value('a'), node.refused]).toEqual([3n, '1', []]);
    expect(node.follower.standing.reason).toContain('block 3 that does not follow block 2');
    expect(await codeOf(() => node.follower.requireAgreement())).toBe('FORKED');
    expect(await node.store.evidence()).toEqual([]);
    await node.stop();
    for (const master of others) await master.close();
  });
});

describe('a quorum that attests as valid what does not validate', () => {
  const one = () => network.organisation(0).peer;
  const invalid: readonly (readonly [string, string, () => Uint8Array])[] = [
    [
      'a transaction that one organisation alone endorsed',
      'ENDORSEMENT_POLICY_FAILURE',
      () => put(network, 'goods', { a: 'forged' }, { endorsers: [one()] }),
    ],
    [
      'a transaction that read an older version',
      'MVCC_READ_CONFLICT',
      () =>
        put(
          network,
          'goods',
          {},
          {
            rwset: { goods: { reads: { a: [2n, 0] }, writes: { a: 'stale' } } },
          },
        ),
    ],
  ];

  it.each(invalid)('%s: the node stops as disputed and keeps the evidence', async (_title, reason, make) => {
    const name = newFolder();
    const fork = new TestChain(network);
    for (const blockNum of [1n, 2n, 3n]) fork.adopt(chain.block(blockNum));
    fork.add([make()]);
    fork.add([put(network, 'goods', { a: 'after' })]);
    const liars = await TestMaster.openAll(network, `${name}-masters`);
    for (const liar of liars) await liar.follow(fork);
    const options = {
      folder: name,
      origins: liars.map((liar) => liar.origin('goods')),
      sources: liars.map((liar) => liar.source),
    };
    const node = await start(options);
    await node.until(() => node.follower.state === 'disputed');
    expect([node.height, node.value('a')]).toEqual([4n, '2']);
    expect(await codeOf(() => node.follower.requireAgreement())).toBe('DISPUTED');
    await node.stop();

    const again = await start(options);
    // Attestations of the next block reach it, and still nothing is applied.
    await again.until(() => again.pool.of(4n).length === 3);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([again.follower.state, again.height, again.value('a')]).toEqual(['disputed', 4n, '2']);
    const [evidence, ...more] = await again.store.evidence();
    expect(more).toEqual([]);
    expect(evidence).toMatchObject({ kind: 'dispute', blockNum: 4n });
    expect(evidence?.reason).toContain(reason);
    expect(evidence?.businessBlock?.transactions).toHaveLength(1);
    expect(evidence?.attestations.length).toBeGreaterThanOrEqual(2);
    await again.stop();
    for (const liar of liars) await liar.close();
  });
});

describe('a quorum that attests as valid what cannot be read', () => {
  it('stops the node at the block, and no origin is blamed for it', async () => {
    const fork = new TestChain(network);
    for (const blockNum of [1n, 2n, 3n]) fork.adopt(chain.block(blockNum));
    // The masters take it for invalid; what they are made to attest and send calls it valid.
    fork.add([encodeEnvelope(utf8('no payload'), utf8('signature'))], [BAD_PAYLOAD]);
    const [envelope = new Uint8Array()] = fork.block(4n).envelopes;
    const { leaf } = transactionFacts(envelope, 0, 0);
    const statement = { txRoot: new MerkleTree([leaf]).root, amounts: [{ domain: 'goods', amount: 1 }] };
    const liars = await TestMaster.openAll(network, 'unreadable');
    for (const liar of liars) await liar.follow(fork);
    const node = await start({
      folder: newFolder(),
      origins: liars.map((liar) =>
        altering(liar.origin('goods'), 4n, (block) => ({
          ...block,
          transactions: [create(DomainTransactionSchema, { envelope })],
        })),
      ),
      sources: liars.map((liar) =>
        attesting(liar.source, 4n, ({ body }) => [attest(liar.identity, withMembers(body, statement))]),
      ),
    });
    await node.until(() => node.follower.state === 'unreadable');
    expect([node.height, node.refused]).toEqual([4n, []]);
    await node.stop();
    for (const liar of liars) await liar.close();
  });
});
