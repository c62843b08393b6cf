import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PartLeaf } from '@cotrace/core';
import { BusinessScene } from '../../testing/business-scene.js';
import type { TestMaster } from '../../testing/test-master.js';
import { TestSealer } from '../../testing/test-sealer.js';
import {
  configuration,
  definition,
  put,
  transaction,
  withoutOrganisation,
} from '../../testing/transactions.js';

const C = 3;
const CYCLES = 6;

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

describe('masters and business nodes', () => {
  it('have equal headers, and equal parts of every domain at the end of every cycle', async () => {
    const { chain, masters, network } = scene;
    const [first] = masters;
    if (first === undefined) throw new RangeError('no master');
    const sealer = new TestSealer(network, chain, first);
    for (let n = 1n; n <= BigInt(CYCLES); n += 1n) {
      const { header } = sealer.seal(partsOf(first, n), network.peers.slice(0, 2));
      for (const { store } of masters) expect(store.cycles.header(n)).toEqual(header);
    }
    for (const domain of ['goods', 'retail', 'idle']) {
      const node = await scene.start({
        folder: scene.newFolder(),
        domain,
        origins: masters.map((master) => master.origin(domain)),
        sources: scene.sources(),
        sealed: [sealer.source('org1.master', domain)],
      });
      await node.until(() => node.book.next === BigInt(CYCLES) + 1n);
      expect([domain, node.book.consistentUpTo, node.book.differences]).toEqual([domain, BigInt(CYCLES), []]);
    }
    await scene.stopNodes();
  });
});
