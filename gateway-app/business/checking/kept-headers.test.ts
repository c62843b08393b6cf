import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  concat,
  decodeCheckingHeader,
  equalBytes,
  HeaderChain,
  sha256,
  u16,
  u64,
  unpackHeader,
  utf8,
  type CheckingHeader,
  type PartLeaf,
} from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import { BusinessScene } from '../../testing/business-scene.js';
import { codeOf } from '../../testing/codes.js';
import { streaming } from '../../node/rpc-method.js';
import { Master } from '../../gen/cotrace/cotrace_pb.js';
import type { TestBusinessNode } from '../../testing/test-business-node.js';
import { TestRpc } from '../../testing/test-rpc.js';
import { TestSealer } from '../../testing/test-sealer.js';
import { configuration, put, withoutOrganisation } from '../../testing/transactions.js';
import { ordered, type RowWrite } from '../../node/store.js';
import { DomainStore } from '../domain-store.js';
import { remoteSealed, type SealedSource } from './follow-cycles.js';
import { adoptConfig, keptChain, sealingConfig } from './kept-headers.js';

let scene: BusinessScene;
let parts: (readonly PartLeaf[])[];

beforeAll(async () => {
  scene = await BusinessScene.create({ checkingHeight: 2 });
  const { chain, masters, network } = scene;
  chain.add([configuration(network, withoutOrganisation('Org3MSP'))]);
  for (let i = 5; i <= 8; i++) chain.add([put(network, 'goods', { a: String(i) })]);
  for (const master of masters) await master.follow(chain);
  const witness = await started([]);
  await witness.until(() => witness.height === 9n);
  parts = [1n, 2n, 3n, 4n].map((n) => [
    { domain: '_lifecycle', hpart: witness.held.lifecycle.view(n).digest },
    { domain: 'goods', hpart: witness.held.domain.view(n).digest },
  ]);
});

afterAll(() => scene.close());
afterEach(() => scene.stopNodes());

const started = (sealed: readonly SealedSource[], folder = scene.newFolder()) =>
  scene.start({ folder, origins: scene.origins(), sources: scene.sources(), sealed });

const terms = () => ({ consortium: scene.network.consortium, verifier: nodeVerifier });
const folderOf = ({ store }: TestBusinessNode) => store.folder.slice(scene.network.dir.length + 1);

/** A sealer that has sealed as many cycles, from the third on by the members that are left. */
function sealed(cycles: number): TestSealer {
  const sealer = new TestSealer(scene.network, scene.chain, scene.masterOf(0));
  for (let n = 1; n <= cycles; n++)
    sealer.seal(parts[n - 1] ?? [], scene.network.peers.slice(0, n > 2 ? 2 : 3));
  return sealer;
}

/** A header as stores of layout 3 have it. */
function wide(header: CheckingHeader, membership: Uint8Array): Uint8Array {
  const { parts, bodyRoot, cyclePointHeaderHash, intervalSummary, trieRoot } = header;
  const { anchored, anchorBlock, configBlock, rules } = header;
  return concat(
    ...[u16(parts), bodyRoot, cyclePointHeaderHash, intervalSummary, trieRoot],
    ...[u64(anchored), u64(anchorBlock), u64(configBlock), u16(rules)],
    equalBytes(header.membership, membership) ? new Uint8Array() : header.membership,
  );
}

/** A node that has kept four headers, stopped; its store opened, to be looked at and changed. */
async function keptFour(): Promise<{ store: DomainStore; folder: string }> {
  const node = await started([sealed(4).source('org1.master')]);
  await node.until(() => node.book.consistentUpTo === 4n);
  const folder = folderOf(node);
  await node.stop();
  const store = await DomainStore.open(scene.network.folder(folder), scene.network.owner('org1.goods'));
  return { store, folder };
}

describe('the sealed headers that a business node keeps', () => {
  it('carry a change of members, whose configuration is kept as long as it is needed', async () => {
    const { store } = await keptFour();
    try {
      const lengths = (await store.rows('h/')).map(([, bytes]) => bytes.length);
      expect(lengths).toEqual([131, 165, 129, 129]);
      expect((await store.rows('config-at/')).map(([key]) => key)).toEqual(['config-at/0000000000000002']);
      const chain = await keptChain(store, terms());
      if (chain === null) throw new RangeError('there is a chain');
      const { members } = await sealingConfig(store, chain, terms());
      expect([chain.count, members.map(({ mspId }) => mspId)]).toEqual([4n, ['Org1MSP', 'Org2MSP']]);
    } finally {
      await store.close();
    }
  });

  const flipped = (store: DomainStore, key: string): RowWrite => ({
    key,
    bytes: (store.row(key) ?? new Uint8Array()).map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
  });
  const damages: Readonly<Record<string, (store: DomainStore) => RowWrite>> = {
    'a header that was changed': (store) => flipped(store, 'h/02'),
    'the newest header changed': (store) => flipped(store, 'h/04'),
    'a header lost': () => ({ key: 'h/02', bytes: null }),
    'the newest header lost': () => ({ key: 'h/04', bytes: null }),
    'no header where one was': () => ({ key: 'h/03', bytes: utf8('x') }),
  };

  it.each(Object.entries(damages))('are not gone on with where there is %s', async (_name, damage) => {
    const { store, folder } = await keptFour();
    await store.commitRows([damage(store)]);
    await store.close();
    expect(await codeOf(() => started([], folder))).toBe('STORE_DAMAGED');
  });

  it('are read as older stores have them, beside those that came since', async () => {
    const { store, folder } = await keptFour();
    const rows: RowWrite[] = [];
    const newest = await keptChain(store, terms());
    if (newest === null) throw new RangeError('there is a chain');
    let chain = HeaderChain.start(newest.origin);
    for (const key of ['h/01', 'h/02']) {
      const whole = unpackHeader(store.row(key) ?? new Uint8Array(), chain);
      const header = decodeCheckingHeader(whole);
      const older = { key: `header/${ordered(header.checkNum)}`, bytes: wide(header, chain.membership) };
      rows.push({ key, bytes: null }, older);
      chain = chain.extend(whole);
    }
    await store.commitRows(rows);
    await store.close();

    const node = await started([], folder);
    expect([node.book.next, node.book.consistentUpTo]).toEqual([5n, 4n]);
    expect((await node.store.rows('header/')).map(([, bytes]) => bytes.length)).toEqual([156, 188]);
    expect((await node.store.rows('h/')).map(([key]) => key)).toEqual(['h/03', 'h/04']);
  });

  it('are not gone on with under another configuration than the newest one names', async () => {
    const { store } = await keptFour();
    try {
      const [envelope = new Uint8Array()] = scene.chain.block(0n).envelopes;
      await store.commitRows([{ key: 'config-at/0000000000000002', bytes: envelope }]);
      const chain = await keptChain(store, terms());
      if (chain === null) throw new RangeError('there is a chain');
      expect(await codeOf(() => sealingConfig(store, chain, terms()))).toBe('STORE_DAMAGED');
    } finally {
      await store.close();
    }
  });

  it('begin with the configuration of block 0, which a store from before has where it did not change', async () => {
    const node = await started([]);
    await node.until(() => node.height === 9n);
    const { store } = node;
    const rows = [0, 1, 2].map((n) => ({ key: `config-at/000000000000000${n}`, bytes: null }));
    await store.commitRows(rows);
    await adoptConfig(store, terms());
    expect(await keptChain(store, terms())).toBeNull();
    const [genesis = new Uint8Array()] = scene.chain.block(0n).envelopes;
    const at = store.checkpoint();
    jest.spyOn(store, 'checkpoint').mockReturnValue(at === null ? null : { ...at, configBlock: genesis });
    await adoptConfig(store, terms());
    expect((await keptChain(store, terms()))?.count).toBe(0n);
    await store.commitRows([{ key: 'config-at/0000000000000000', bytes: at?.configBlock ?? null }]);
    expect(await codeOf(() => keptChain(store, terms()))).toBe('STORE_DAMAGED');
  });

  it('are fetched over the wire, past a master that lies', async () => {
    const { network } = scene;
    const honest = sealed(4);
    const serving = (message: (checkNum: bigint) => ReturnType<TestSealer['message']>) =>
      streaming(
        Master.method.sealedHeaders,
        { bytes: 512, elements: 8 },
        async function* ({ domain, checkNum }, caller) {
          expect([domain, caller.name]).toEqual(['goods', 'org1.goods']);
          for (let n = checkNum; n <= 4n; n += 1n) yield await Promise.resolve(message(n));
        },
      );
    const lying = await TestRpc.start(network, [
      serving((n) => ({ ...honest.message(n, 'goods'), seal: sha256() })),
    ]);
    const truthful = await TestRpc.start(network, [serving((n) => honest.message(n, 'goods'))]);
    const tls = `${network.layout.business(network.organisation(0), 'goods')}/tls`;
    try {
      const node = await started([
        remoteSealed('org1.master', 'goods', lying.client(tls)),
        remoteSealed('org2.master', 'goods', truthful.client(tls)),
      ]);
      await node.until(() => node.book.consistentUpTo === 4n);
      // Attestations of the third organisation are refused, too: it is no member any more.
      const refused = node.refusals.all().filter(({ source }) => source !== 'org3.master');
      expect(refused).toMatchObject([{ source: 'org1.master', code: 'SEAL_FORM', times: 1 }]);
    } finally {
      lying.close();
      truthful.close();
    }
  });
});
