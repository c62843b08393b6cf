import { toBinary, type MessageInitShape, create } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CotraceError, RankEditor, sha256, utf8, type PartLeaf, type RankPeer } from '@cotrace/core';
import { decode } from '@cotrace/fabric-model';
import { Master } from '../../gen/cotrace/cotrace_pb.js';
import { rankMethods } from '../../node/rank-methods.js';
import type { RpcMethod } from '../../node/rpc-method.js';
import type { RpcCaller } from '../../node/rpc-client.js';
import { BusinessScene } from '../../testing/business-scene.js';
import { codeOf } from '../../testing/codes.js';
import { attesting } from '../../testing/liars.js';
import type { TestBusinessNode } from '../../testing/test-business-node.js';
import type { TestMaster } from '../../testing/test-master.js';
import { TestSealer } from '../../testing/test-sealer.js';
import { put } from '../../testing/transactions.js';
import { rankEntry } from '../domain-rank.js';
import { PeerFailure, remoteRanks, type RankSource } from './rank-peers.js';

// Other work on the machine must not fail a test.
jest.setTimeout(60_000);

const C = 2;
/** Written by block 4 alone, which ends cycle 2. */
const KEY = 'rare';
/** Of `_lifecycle`, written by block 1 alone. */
const DEFINITION = 'namespaces/fields/goods/Sequence';

let scene: BusinessScene;
let sealer: TestSealer;

beforeAll(async () => {
  scene = await BusinessScene.create({ checkingHeight: C });
  const { chain, masters, network } = scene;
  chain.add([put(network, 'goods', { [KEY]: '4', a: '4' })]);
  for (let i = 5; i <= 8; i++) chain.add([put(network, 'goods', { a: String(i) })]);
  for (const master of masters) await master.follow(chain);
  const master = scene.masterOf(0);
  sealer = new TestSealer(network, chain, master);
  for (let n = 1n; n <= 4n; n += 1n) sealer.seal(partsOf(master, n));
});

afterAll(() => scene.close());
afterEach(() => scene.stopNodes());

const partsOf = (master: TestMaster, checkNum: bigint): readonly PartLeaf[] =>
  master.store.cycles.need(checkNum).parts;
const nodeOf = (name: string) => {
  const node = scene.network.consortium.nodes.find((one) => one.name === name);
  if (node === undefined) throw new RangeError(`there is no ${name}`);
  return node;
};

/** Calls a master's own methods as `name`, without a connection between. */
function callerOf({ store }: TestMaster, name: string): RpcCaller {
  const methods: Readonly<Record<string, RpcMethod>> = rankMethods(Master, {
    c: C,
    pages: (domain) => store.ranks.pages(domain),
  });
  return {
    call: async (method, request) => {
      const bytes = toBinary(method.input, create(method.input, request));
      const answers = methods[method.localName]?.answers(bytes, nodeOf(name), new AbortController().signal);
      for await (const reply of answers ?? []) return decode(method.output, reply);
      throw new RangeError(`${method.name} has no answer`);
    },
    stream: () => {
      throw new RangeError('nothing is streamed');
    },
  };
}

/** A master as a source for `org1.goods`. */
const honest = (index: number): RankSource =>
  remoteRanks(nodeOf(`org${index + 1}.master`), callerOf(scene.masterOf(index), 'org1.goods'));

/** A source whose peer answers otherwise in some things. */
function otherwise(source: RankSource, change: (peer: RankPeer) => Partial<RankPeer>): RankSource {
  return {
    name: source.name,
    at: (height, signal) => {
      const peer = source.at(height, signal);
      return { ...peer, ...change(peer) };
    },
  };
}

/** Starts a node whose tree of `domain` has another value of a key than its blocks wrote. */
async function startDamaged(
  ranks: readonly RankSource[],
  domain = 'goods',
  key = KEY,
): Promise<TestBusinessNode> {
  const folder = scene.newFolder();
  const part = scene.sources().map((source) => attesting(source, 5n, () => []));
  const before = await scene.start({ folder, origins: scene.origins(), sources: part });
  await before.until(() => before.height === 5n);
  const entry = before.store.entry(domain, key);
  if (entry === null) throw new RangeError('the key was not written');
  const own = rankEntry({ namespace: domain, key, entry });
  const editor = new RankEditor(before.store.rankOf(domain).pages, C);
  editor.replace([own], [{ ...own, valueHash: sha256(utf8('another')) }]);
  await before.store.rankOf(domain).commit(editor.writes());
  await before.stop();
  const sealed = [sealer.source('org1.master')];
  return scene.start({ folder, origins: scene.origins(), sources: scene.sources(), sealed, ranks });
}

/** Refuses what is asked about `_lifecycle`, as nodes of earlier releases do. */
function refusingLifecycle(caller: RpcCaller): RpcCaller {
  return {
    ...caller,
    call: (method, request, limits) =>
      (request as { readonly domain?: string }).domain === '_lifecycle'
        ? Promise.reject(new CotraceError('NOT_YOUR_DOMAIN', 'it is not yours'))
        : caller.call(method, request, limits),
  };
}

const located = (node: TestBusinessNode) =>
  node.book.differences.map(({ checkNum, blocks }) => `${checkNum}: ${blocks.join()}`);
const compared = (node: TestBusinessNode) => node.until(() => node.book.next === 5n);

describe('a business node whose state is not what was sealed', () => {
  it('names the groups that differ, as another node shows them, after a restart too', async () => {
    const node = await startDamaged([honest(1)]);
    await compared(node);
    await node.until(() => located(node).every((one) => !one.endsWith(' ')));
    expect([located(node), node.refused]).toEqual([['3: 4', '4: 4'], []]);
    const reason =
      'after block 6, the end of cycle 3, is not what a quorum sealed: what blocks 4 wrote differs (cycles 2)';
    expect(node.follower.standing).toEqual({
      state: 'inconsistent',
      reason: expect.stringContaining(reason),
    });
    await node.stop();
    const folder = node.store.folder.slice(scene.network.dir.length + 1);
    const again = await scene.start({ folder, origins: scene.origins(), sources: scene.sources() });
    expect(located(again)).toEqual(['3: 4', '4: 4']);
    expect(again.follower.standing.reason).toContain(reason);
  });

  it('names the groups of _lifecycle that differ, as nodes show them that hold it', async () => {
    const earlier = refusingLifecycle(callerOf(scene.masterOf(1), 'org1.goods'));
    const refusing = remoteRanks(nodeOf('org2.master'), earlier);
    const node = await startDamaged([refusing, honest(2)], '_lifecycle', DEFINITION);
    await compared(node);
    await node.until(() => located(node).every((one) => !one.endsWith(' ')));
    expect([located(node), node.refused]).toEqual([['3: 1', '4: 1'], []]);
    expect(node.follower.standing).toEqual({
      state: 'inconsistent',
      reason:
        'the state of _lifecycle after block 6, the end of cycle 3, is not what a quorum sealed: ' +
        'what blocks 1 wrote differs (cycles 1)',
    });
  });

  it('names who lies and who differs too, and asks the next', async () => {
    const liar = otherwise(honest(0), (peer) => ({
      nodes: async (...asked) => (await peer.nodes(...asked)).map((hash) => sha256(hash)),
    }));
    const differing = otherwise(honest(1), () => ({ root: () => Promise.resolve(sha256(utf8('other'))) }));
    const away = otherwise(honest(1), () => ({ root: () => Promise.reject(new PeerFailure('it is away')) }));
    const node = await startDamaged([away, liar, differing, honest(2)]);
    await compared(node);
    await node.until(() => located(node).length === 2 && located(node).every((one) => !one.endsWith(' ')));
    expect(located(node)).toEqual(['3: 4', '4: 4']);
    const named = node.refusals.all().map(({ source, code, times }) => `${source} ${code} ${times}`);
    expect(named.sort()).toEqual(['org1.master PEER_LIES 2', 'org2.master PEER_DIFFERS 2']);
  });

  it('says no more than which cycle differs where nobody can show what', async () => {
    const away = otherwise(honest(1), () => ({ root: () => Promise.reject(new PeerFailure('it is away')) }));
    const node = await startDamaged([away]);
    await compared(node);
    expect([located(node), node.follower.state]).toEqual([['3: ', '4: '], 'inconsistent']);
  });
});

describe('what a master shows of a rank tree', () => {
  const ask = (name: string, height: MessageInitShape<typeof Master.method.rankTop.input>) =>
    codeOf(() => callerOf(scene.masterOf(0), name).call(Master.method.rankTop, height));

  it('is for business nodes of the domain, of _lifecycle for all, at heights that it keeps', async () => {
    expect(await ask('org2.goods', { domain: 'goods', checkNum: 3n })).toBeNull();
    expect(await ask('org1.retail', { domain: 'goods', checkNum: 3n })).toBe('NOT_YOUR_DOMAIN');
    expect(await ask('org1.retail', { domain: '_lifecycle', checkNum: 3n })).toBeNull();
    expect(await ask('org2.master', { domain: '_lifecycle', checkNum: 3n })).toBe('NOT_YOUR_ROLE');
    expect(await ask('org2.master', { domain: 'goods', checkNum: 3n })).toBe('NOT_YOUR_ROLE');
    expect(await ask('org2.goods', { domain: 'goods', checkNum: 9n })).toBe('NOT_FROZEN');
  });

  it('is no more than a message has room for', async () => {
    const call = (positions: number[], level = 0) =>
      callerOf(scene.masterOf(0), 'org1.goods').call(Master.method.rankNodes, {
        ...{ domain: 'goods', checkNum: 3n, level, positions },
      });
    const one = await call([0, 1]);
    expect(one.hashes.map(({ length }) => length)).toEqual([32, 32]);
    expect(await codeOf(() => call(Array.from({ length: 1025 }, () => 0)))).not.toBeNull();
    expect(await codeOf(() => call([4096]))).toBe('BAD_REQUEST');
  });

  it('counts as a failure of the peer where it refuses, whatever code it gives', async () => {
    const refusing: RpcCaller = {
      ...callerOf(scene.masterOf(0), 'org1.goods'),
      call: () => Promise.reject(new CotraceError('RANK_TREE_DAMAGED', 'mine is damaged')),
    };
    const peer = remoteRanks(nodeOf('org2.master'), refusing).at(
      { domain: 'goods', checkNum: 3n },
      new AbortController().signal,
    );
    await expect(peer.root()).rejects.toBeInstanceOf(PeerFailure);
  });
});
