import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  decodeAttestationBody,
  decodeStateTrieEntry,
  fromUtf8,
  sha256,
  stateTrieKey,
  toHex,
  verifyTrieProof,
} from '@cotrace/core';
import { startBusinessNode } from '../business/business-node.js';
import { DomainStore } from '../business/domain-store.js';
import { Business, Master } from '../gen/cotrace/cotrace_pb.js';
import { startMaster } from '../master/master-node.js';
import { MasterStore } from '../master/master-store.js';
import { codeOf } from '../testing/codes.js';
import { until } from '../testing/test-business-node.js';
import { TestConsortium } from '../testing/test-consortium.js';
import { TestChain } from '../testing/test-chain.js';
import { TestNetwork } from '../testing/test-network.js';
import { definition, put } from '../testing/transactions.js';

jest.setTimeout(60_000);
// The nodes log what the tests provoke.
const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
const grpcLog = jest.spyOn(console, 'error').mockReturnValue(undefined);

const MASTERS = ['org1.master', 'org2.master', 'org3.master'];
const GOODS = ['org1.goods', 'org2.goods', 'org3.goods'];

let consortium: TestConsortium;

beforeAll(async () => {
  consortium = await TestConsortium.create();
  const { chain, network } = consortium;
  chain.add([definition(network, 'goods'), definition(network, 'retail')]);
  chain.add([put(network, 'goods', { a: '1', gone: '1' }), put(network, 'retail', { secret: '1' })]);
  chain.add([put(network, 'goods', { a: '2', gone: null })]);
  await consortium.start(...MASTERS, ...GOODS, 'org1.retail');
});

afterAll(async () => {
  await consortium.close();
  stderr.mockRestore();
  grpcLog.mockRestore();
});

const statusOf = (name: string) =>
  consortium.connection('org1.client', name).call(Business.method.status, {});
const clientOf = (name: string) => `${name.split('.')[0] ?? ''}.client`;
const stateOf = (name: string, key: string) =>
  consortium.connection(clientOf(name), name).call(Business.method.getState, { key });

/** Waits until nodes are at the chain's height. */
async function level(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await until(
      async () => (await statusOf(name)).height === consortium.chain.height,
      () => `${name} stays behind`,
    );
  }
}

async function dockedAt(name: string, origin: string): Promise<void> {
  await until(
    async () => (await statusOf(name)).dockedAt === origin,
    () => `${name} does not dock at ${origin}`,
  );
}

describe('the nodes of a consortium', () => {
  it('reach the height of the chain, and equal states in a domain', async () => {
    await level(...GOODS, 'org1.retail');
    const digests = await Promise.all(
      GOODS.map((name) => consortium.connection(clientOf(name), name).call(Business.method.digest, {})),
    );
    expect(new Set(digests.map(({ digest }) => toHex(digest))).size).toBe(1);
    expect(digests.map(({ entries, height }) => [entries, height])).toEqual(GOODS.map(() => [2n, 4n]));
    for (const name of GOODS) expect((await statusOf(name)).refusals).toEqual([]);
  });

  it('answer reads with the revision, and know what was deleted', async () => {
    const { found, value, rev, height } = await stateOf('org2.goods', 'a');
    expect([found, fromUtf8(value), rev, height]).toEqual([true, '2', '1_3_0_2', 4n]);
    for (const key of ['gone', 'never']) expect((await stateOf('org2.goods', key)).found).toBe(false);
  });

  it('dock in order: the first by name at its own master, the others at the first', async () => {
    await dockedAt('org1.goods', 'org1.master');
    await dockedAt('org2.goods', 'org1.goods');
    await dockedAt('org3.goods', 'org1.goods');
    await dockedAt('org1.retail', 'org1.master');
  });

  it('follow what is added, and each other past a node that goes away and comes back', async () => {
    const { chain, network } = consortium;
    chain.add([put(network, 'goods', { a: '3' })]);
    await level(...GOODS);
    await consortium.stop('org1.goods');
    chain.add([put(network, 'goods', { a: '4' })]);
    await level('org2.goods', 'org3.goods');
    await dockedAt('org2.goods', 'org2.master');
    await dockedAt('org3.goods', 'org2.goods');
    chain.add([put(network, 'goods', { a: '5' })]);
    await consortium.start('org1.goods');
    await level(...GOODS);
    await dockedAt('org2.goods', 'org1.goods');
    expect(fromUtf8((await stateOf('org1.goods', 'a')).value)).toBe('5');
  });

  it('do without one master, and it catches up with what it missed', async () => {
    const { chain, network } = consortium;
    await consortium.stop('org1.master');
    chain.add([put(network, 'goods', { a: '6' })]);
    await level(...GOODS);
    await consortium.start('org1.master');
    const master = consortium.connection('org1.client', 'org1.master');
    await until(
      async () => (await master.call(Master.method.status, {})).height === chain.height,
      () => 'the master stays behind',
    );
    const blockNums = [0n, chain.height - 1n];
    const lists = await Promise.all(
      MASTERS.map((name) =>
        consortium.connection('org1.client', name).call(Master.method.attestationsOf, { blockNums }),
      ),
    );
    const bodies = lists.map(({ attestations }) =>
      [...new Set(attestations.map(({ body }) => toHex(body)))].join(),
    );
    expect(new Set(bodies).size).toBe(1);
  });

  it('leave stores that a kill at this moment would leave whole', async () => {
    await level(...GOODS);
    const { network, chain } = consortium;
    const image = async (name: string) => {
      const copy = network.folder(`killed-${name}`);
      await cp(consortium.configOf(name).storeDir, copy, { recursive: true });
      return copy;
    };
    const state = await DomainStore.open(await image('org2.goods'), network.owner('org2.goods'));
    const { digest, height } = await state.digest('goods');
    const live = await consortium.connection('org2.client', 'org2.goods').call(Business.method.digest, {});
    expect([toHex(digest), height]).toEqual([toHex(live.digest), chain.height]);
    await state.close();
    const master = await MasterStore.open(await image('org2.master'), network.owner('org2.master'));
    expect(master.checkpoint()?.number).toBe(chain.height - 1n);
    await master.close();
  });

  it('do not start on a store that belongs to another node, and leave it to that one', async () => {
    const cases = [
      ['org2.retail', 'org1.retail'],
      ['org1.retail', 'org1.goods'],
      ['org2.master', 'org1.master'],
      ['org1.goods', 'org1.master'],
    ] as const;
    for (const [name, owner] of cases) {
      const { mspDir, tlsDir } = consortium.configOf(name);
      const storeDir = consortium.network.folder(`swapped-${name}-${owner}`);
      await cp(consortium.configOf(owner).storeDir, storeDir, { recursive: true });
      const config = { name, mspDir, tlsDir, storeDir };
      const start = () =>
        consortium.node(name).role === 'master'
          ? startMaster(config, consortium.consortium)
          : startBusinessNode(config, consortium.consortium);
      expect([name, await codeOf(start)]).toEqual([name, 'WRONG_STORE']);
    }
  });

  it('tell a port that is taken, and let go of their store', async () => {
    const name = 'org2.retail';
    const config = consortium.configOf(name);
    const { address } = consortium.node('org1.goods');
    const nodes = consortium.consortium.nodes.map((node) =>
      node.name === name ? { ...node, address } : node,
    );
    expect(await codeOf(() => startBusinessNode(config, { ...consortium.consortium, nodes }))).toBe('LISTEN');
    const store = await DomainStore.open(config.storeDir, consortium.network.owner(name));
    await store.close();
  });
});

describe('a caller', () => {
  const first = async (messages: AsyncIterable<unknown>) => {
    for await (const message of messages) return message;
    return undefined;
  };
  const blocks = (from: string, to: string, domain: string) => {
    const { role } = consortium.node(to);
    const method = role === 'master' ? Master.method.businessBlocks : Business.method.businessBlocks;
    return first(
      consortium.connection(from, to).stream(method, { domain, blockNum: 0n }, new AbortController().signal),
    );
  };
  const read = (from: string, to: string) =>
    consortium.connection(from, to).call(Business.method.getState, { key: 'a' });
  const heads = (from: string, domain: string, traceIds = ['A']) =>
    consortium.connection(from, 'org1.master').call(Master.method.traceHeads, { domain, traceIds });

  const find = (from: string, domain: string, key = 'a') =>
    consortium
      .connection(from, 'org1.master')
      .call(Master.method.find, { keys: [{ what: { case: 'state', value: { domain, key } } }] });
  const findTrace = (from: string) =>
    consortium
      .connection(from, 'org1.master')
      .call(Master.method.find, { keys: [{ what: { case: 'traceId', value: 'A' } }] });

  it('finds keys with proofs under an attested root, a business node those of its own domain', async () => {
    for (const from of ['org3.client', 'org1.goods', 'org2.master']) {
      const { blockNum, found } = await find(from, 'goods');
      const { attestations } = await consortium
        .connection('org1.client', 'org1.master')
        .call(Master.method.attestationsOf, { blockNums: [blockNum] });
      const { trieRoot: root } = decodeAttestationBody(attestations[0]?.body ?? new Uint8Array());
      const [answer] = found;
      const proof = answer?.proof ?? [];
      expect(blockNum).toBeGreaterThanOrEqual(2n);
      const entry = verifyTrieProof({ root, key: stateTrieKey('goods', 'a'), proof });
      expect(decodeStateTrieEntry(entry ?? new Uint8Array()).valueHash).toEqual(
        sha256(answer?.value ?? new Uint8Array()),
      );
    }
    const { found } = await findTrace('org1.client');
    expect(found.map(({ value }) => value)).toEqual([undefined]);
  });

  const refused: readonly (readonly [string, string, () => Promise<unknown>])[] = [
    [
      'a business node asks a master for another domain',
      'NOT_YOUR_DOMAIN',
      () => blocks('org1.retail', 'org1.master', 'goods'),
    ],
    [
      'a business node asks a sibling of another domain',
      'NOT_YOUR_DOMAIN',
      () => blocks('org1.retail', 'org1.goods', 'goods'),
    ],
    [
      'a node is asked for a domain that it has not',
      'BAD_REQUEST',
      () => blocks('org2.goods', 'org1.goods', 'retail'),
    ],
    [
      'a client asks a master for business blocks',
      'NOT_YOUR_ROLE',
      () => blocks('org1.client', 'org1.master', 'goods'),
    ],
    [
      'a client asks a business node for blocks',
      'NOT_YOUR_ROLE',
      () => blocks('org1.client', 'org1.goods', 'goods'),
    ],
    ["another organisation's client reads", 'NOT_YOUR_NODE', () => read('org2.client', 'org1.goods')],
    ["a master reads a business node's state", 'NOT_YOUR_ROLE', () => read('org1.master', 'org1.goods')],
    ['a business node reads in another domain', 'NOT_YOUR_DOMAIN', () => read('org1.retail', 'org1.goods')],
    ['a business node looks up another domain', 'NOT_YOUR_DOMAIN', () => heads('org1.goods', 'retail')],
    ['a business node finds a key of another domain', 'NOT_YOUR_DOMAIN', () => find('org1.goods', 'retail')],
    ['a business node finds a trace of all domains', 'NOT_YOUR_ROLE', () => findTrace('org1.goods')],
    ['a business node looks up all domains', 'NOT_YOUR_ROLE', () => heads('org1.goods', '')],
    [
      'a business node follows a trace',
      'NOT_YOUR_ROLE',
      () =>
        first(
          consortium
            .connection('org1.goods', 'org1.master')
            .stream(Master.method.trace, { traceId: 'A' }, new AbortController().signal),
        ),
    ],
    [
      'a business node wants the evidence of another domain',
      'NOT_YOUR_DOMAIN',
      () => consortium.connection('org1.retail', 'org1.goods').call(Business.method.evidenceKept, {}),
    ],
    [
      'anybody asks for too much at once',
      'TOO_MANY_ELEMENTS',
      () =>
        heads(
          'org1.client',
          '',
          Array.from({ length: 1001 }, () => 'A'),
        ),
    ],
    [
      'a certificate of the right authority is no node’s',
      'UNKNOWN_CALLER',
      () => {
        const admin = consortium.network.layout.user(consortium.network.organisation(0), 'Admin');
        return consortium.connectionWith(join(admin, 'tls'), 'org1.goods').call(Business.method.status, {});
      },
    ],
    [
      'the node that answers is another one',
      'UNREACHABLE',
      () => {
        const { layout, organisations } = consortium.network;
        const [organisation] = organisations;
        if (organisation === undefined) throw new RangeError('no organisation');
        const folder = join(layout.user(organisation, 'User1'), 'tls');
        const wrong = consortium.node('org1.master').certificate;
        return consortium.connectionWith(folder, 'org1.goods', wrong).call(Business.method.status, {});
      },
    ],
    [
      'nobody listens',
      'UNREACHABLE',
      () => consortium.connection('org1.client', 'org3.retail').call(Business.method.status, {}),
    ],
  ];

  it.each(refused)('is refused where %s: %s', async (_title, code, ask) => {
    expect(await codeOf(ask)).toBe(code);
  });

  it('with a certificate of a stranger does not get as far as a question', async () => {
    const strangers = await TestNetwork.create({ organisations: 2 });
    try {
      const folder = join(strangers.layout.user(strangers.organisation(0), 'User1'), 'tls');
      const call = () => consortium.connectionWith(folder, 'org1.goods').call(Business.method.status, {});
      expect(await codeOf(call)).toBe('UNREACHABLE');
    } finally {
      await strangers.remove();
    }
  });

  it('that leaves a stream half-way harms nobody', async () => {
    const client = consortium.connection('org1.goods', 'org1.master');
    for (let i = 0; i < 5; i++) {
      const leaving = new AbortController();
      const stream = client.stream(Master.method.attestations, { blockNum: 0n }, leaving.signal);
      for await (const { mspId } of stream) {
        expect(mspId).toBe('Org1MSP');
        if (i % 2 === 0) break;
        leaving.abort();
      }
    }
    expect((await client.call(Master.method.status, {})).name).toBe('org1.master');
  });

  it('of the own organisation, or a node of the domain, reads', async () => {
    expect((await read('org1.client', 'org1.goods')).found).toBe(true);
    expect((await read('org3.goods', 'org1.goods')).found).toBe(true);
  });
});

describe('a dispute', () => {
  it('stops the node, refuses reads, keeps evidence over a restart, and leaves other domains alone', async () => {
    const disputed = await TestConsortium.create();
    try {
      const { chain, network } = disputed;
      chain.add([definition(network, 'goods'), definition(network, 'retail')]);
      chain.add([put(network, 'goods', { a: 'forged' }, { endorsers: [network.organisation(0).peer] })]);
      chain.add([put(network, 'retail', { b: '1' })]);
      await disputed.start(...MASTERS, 'org1.goods', 'org1.retail');
      const goods = disputed.connection('org1.client', 'org1.goods');
      const retail = disputed.connection('org1.client', 'org1.retail');
      const state = async () => (await goods.call(Business.method.status, {})).state;
      await until(
        async () => (await state()) === 'disputed',
        () => 'no dispute',
      );
      await disputed.stop('org1.goods');
      await disputed.start('org1.goods');
      expect(await state()).toBe('disputed');
      expect(await codeOf(() => goods.call(Business.method.getState, { key: 'a' }))).toBe('DISPUTED');
      const { evidence } = await goods.call(Business.method.evidenceKept, {});
      expect(evidence).toMatchObject([{ kind: 'dispute', blockNum: 2n }]);
      await until(
        async () => (await retail.call(Business.method.status, {})).height === chain.height,
        () => 'retail stays behind',
      );
      expect((await retail.call(Business.method.getState, { key: 'b' })).found).toBe(true);
    } finally {
      await disputed.close();
    }
  });
});

describe('masters whose peers disagree', () => {
  it('do not find a quorum, and the business nodes wait', async () => {
    const split = await TestConsortium.create({ domains: ['goods'] });
    const { network } = split;
    const nodes = [];
    try {
      for (const [i, name] of MASTERS.entries()) {
        // The codes are the peer's own: each of these peers found another one.
        const own = new TestChain(network);
        own.add([definition(network, 'goods')], [i]);
        nodes.push(await split.startNode(name, own));
      }
      await split.start('org1.goods');
      const goods = split.connection('org1.client', 'org1.goods');
      const status = () => goods.call(Business.method.status, {});
      // It counts from when a quorum's attestations of the next block are there, whatever they say.
      await until(
        async () => (await status()).behindSeconds > 0,
        () => 'no attestations of block 1',
      );
      expect((await status()).height).toBe(1n);
    } finally {
      for (const node of nodes) await node.stop();
      await split.close();
    }
  });
});
