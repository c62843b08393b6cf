import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_POLICY_HASH, RankEditor, sha256, type PartLeaf } from '@cotrace/core';
import type { StoredEntry } from '../../gen/cotrace/store_pb.js';
import { BusinessScene } from '../../testing/business-scene.js';
import { withholding } from '../../testing/liars.js';
import type { TestMaster } from '../../testing/test-master.js';
import { TestSealer } from '../../testing/test-sealer.js';
import {
  configuration,
  definition,
  put,
  transaction,
  withoutOrganisation,
} from '../../testing/transactions.js';
import { openStore } from '../../node/store.js';
import { DomainStore } from '../domain-store.js';
import { decodeStateRow, encodeStateRow } from '../state-row.js';

const C = 3;
const CYCLES = 6;
/** A key of `_lifecycle` that block 1 wrote, and no later one. */
const SEQUENCE = 'namespaces/fields/goods/Sequence';

let scene: BusinessScene;

beforeAll(async () => {
  scene = await BusinessScene.create({ checkingHeight: C, domains: ['goods', 'retail', 'idle'] });
  const { chain, masters, network } = scene;
  const blocks: (() => Uint8Array[])[] = [
    () => [put(network, 'goods', { a: null, b: '1', '': 'empty key' }), put(network, 'retail', { b: null })],
    // Blocks without a transaction of a domain, and what is not valid.
    () => [put(network, 'elsewhere', { x: '1' })],
    () => [
      transaction(network, { chaincode: 'goods', rwset: { goods: { policies: { b: 'Org2MSP' } } } }).envelope,
    ],
    () => [put(network, 'goods', { a: '3', never: null, c: '' })],
    () => [configuration(network, withoutOrganisation('Org3MSP'))],
    () => [definition(network, 'retail', { sequence: 2n, version: '2' })],
    () => [
      transaction(network, {
        chaincode: 'goods',
        rwset: { goods: { writes: { b: '2' } }, retail: { writes: { b: '5' } } },
      }).envelope,
    ],
    () => [put(network, 'goods', { b: null }), put(network, 'goods', { b: 'again', d: '4' })],
  ];
  while (chain.height <= BigInt(C * CYCLES)) {
    const make = blocks[Number(chain.height) % blocks.length];
    chain.add(make?.() ?? []);
  }
  for (const master of masters) await master.follow(chain);
});

afterAll(() => scene.close());

const partsOf = ({ store }: TestMaster, checkNum: bigint): readonly PartLeaf[] =>
  store.cycles.need(checkNum).parts;

/** What the masters sealed, as one of them sends it. */
function sealedByMasters(): TestSealer {
  const { chain, masters, network } = scene;
  const first = scene.masterOf(0);
  const sealer = new TestSealer(network, chain, first);
  for (let n = 1n; n <= BigInt(CYCLES); n += 1n) {
    const { header } = sealer.seal(partsOf(first, n), network.peers.slice(0, 2));
    for (const { store } of masters) expect(store.cycles.header(n)).toEqual(header);
  }
  return sealer;
}

const flipped = (entry: StoredEntry): StoredEntry => ({
  ...entry,
  value: entry.value.map((byte, i) => (i === entry.value.length - 1 ? byte ^ 2 : byte)),
});

const following = (sealer: TestSealer, domain: string, folder: string) => ({
  ...{ folder, domain, sources: scene.sources(), sealed: [sealer.source('org1.master', domain)] },
  origins: scene.masters.map((master) => master.origin(domain)),
});

describe('masters and business nodes', () => {
  afterEach(() => scene.stopNodes());

  it('have equal headers, and equal parts of every domain at the end of every cycle', async () => {
    const sealer = sealedByMasters();
    for (const domain of ['goods', 'retail', 'idle']) {
      const node = await scene.start(following(sealer, domain, scene.newFolder()));
      await node.until(() => node.book.next === BigInt(CYCLES) + 1n);
      expect([domain, node.book.consistentUpTo, node.book.differences]).toEqual([domain, BigInt(CYCLES), []]);
      const { digest } = node.held.lifecycle.view(BigInt(CYCLES));
      expect(partsOf(scene.masterOf(0), BigInt(CYCLES))).toContainEqual({
        domain: '_lifecycle',
        hpart: digest,
      });
    }
  });

  it('differ where a byte of _lifecycle was changed in a store that an earlier release left', async () => {
    const { network } = scene;
    const sealer = sealedByMasters();
    const options = following(sealer, 'goods', scene.newFolder());
    const origins = options.origins.map((one) => withholding(one, 11n));
    const before = await scene.start({ ...options, origins, sealed: [] });
    await before.until(() => before.height === 11n);
    await before.stop();

    const database = await openStore(network.folder(options.folder), network.owner('org1.goods'));
    const changed = `state/_lifecycle/${SEQUENCE}`;
    const row = (await database.get(changed)) ?? new Uint8Array();
    await database.put(changed, encodeStateRow(flipped(decodeStateRow(row))));
    await database.clear({ gte: 'lifecycle-rank/', lt: 'lifecycle-rank0' });
    await database.close();

    const node = await scene.start(options);
    await node.until(() => node.book.next === BigInt(CYCLES) + 1n);
    expect([node.follower.state, node.book.consistentUpTo]).toEqual(['inconsistent', 3n]);
    const found = node.book.differences.map(({ domain, checkNum }) => `${domain} ${checkNum}`);
    expect(found).toEqual(['_lifecycle 4', '_lifecycle 5', '_lifecycle 6']);
    expect(node.follower.standing.reason).toContain('the state of _lifecycle after block 12');
  });

  it('differ from the cycle on after which an entry was put into the store of a node', async () => {
    const { network } = scene;
    const sealer = sealedByMasters();
    const options = following(sealer, 'goods', scene.newFolder());
    const sound = await scene.start({
      ...options,
      origins: options.origins.map((one) => withholding(one, 5n)),
    });
    await sound.until(() => sound.height === 5n && sound.book.consistentUpTo === 1n);
    await sound.stop();

    const store = await DomainStore.open(network.folder(options.folder), network.owner('org1.goods'));
    const editor = new RankEditor(store.rankOf('goods').pages, C);
    const hashes = { valueHash: sha256(), policyHash: NO_POLICY_HASH };
    editor.replace([], [{ key: 'slipped in', ...hashes, blockNum: 2n, txNum: 7, verNum: 1 }]);
    await store.rankOf('goods').commit(editor.writes());
    await store.close();

    const node = await scene.start(options);
    await node.until(() => node.book.next === BigInt(CYCLES) + 1n);
    expect([node.follower.state, node.book.consistentUpTo]).toEqual(['inconsistent', 1n]);
    expect(node.book.differences.map(({ checkNum }) => checkNum)).toEqual([2n, 3n, 4n, 5n, 6n]);
    expect(node.follower.standing.reason).toContain('the end of cycle 2, is not what a quorum sealed');
  });
});
