import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { CotraceError, decodeCheckingHeader, sha256, type PartLeaf } from '@cotrace/core';
import { SealedHeaderSchema, type SealedHeader } from '../../gen/cotrace/cotrace_pb.js';
import { BusinessScene } from '../../testing/business-scene.js';
import { codeOf } from '../../testing/codes.js';
import { SilentLog } from '../../testing/silent-log.js';
import type { TestBusinessNode, TestBusinessOptions } from '../../testing/test-business-node.js';
import { sealedMessage, TestSealer } from '../../testing/test-sealer.js';
import { put } from '../../testing/transactions.js';
import { CycleFollower, type SealedSource } from './follow-cycles.js';

const C = 2;

let scene: BusinessScene;
let sealer: TestSealer;
/** The digest of `goods` at the end of each cycle, as a node without sealed headers has it. */
let digests: Uint8Array[];

beforeAll(async () => {
  scene = await BusinessScene.create({ checkingHeight: C, domains: ['goods', 'retail', 'idle'] });
  const { chain, masters, network } = scene;
  for (let i = 4; i <= 8; i++) chain.add([put(network, i === 5 ? 'retail' : 'goods', { a: String(i) })]);
  for (const master of masters) await master.follow(chain);
  const witness = await scene.start(following([]));
  await witness.until(() => witness.height === 9n);
  digests = [1n, 2n, 3n, 4n].map((checkNum) => witness.rank.view(checkNum).digest);
});

afterAll(() => scene.close());
afterEach(() => scene.stopNodes());

function following(sealed: readonly SealedSource[], folder = scene.newFolder()): TestBusinessOptions {
  return { folder, origins: scene.origins(), sources: scene.sources(), sealed };
}

/** The parts of a cycle; `goods` may be made another. */
function partsOf(checkNum: number, goods: Uint8Array | null = digests[checkNum - 1] ?? null): PartLeaf[] {
  const others = [{ domain: '_lifecycle', hpart: sha256() }];
  return goods === null ? others : [...others, { domain: 'goods', hpart: goods }];
}

/** A sealer that has sealed as many cycles; `goods` may be another in some. */
function sealed(cycles: number, goods: Readonly<Record<number, Uint8Array>> = {}): TestSealer {
  sealer = new TestSealer(scene.network, scene.chain, scene.masterOf(0));
  for (let n = 1; n <= cycles; n++) sealer.seal(partsOf(n, goods[n]));
  return sealer;
}

const standing = ({ follower, book }: TestBusinessNode) => ({
  state: follower.state,
  upTo: book.consistentUpTo,
  differs: book.differences.map(({ checkNum, code }) => `${checkNum} ${code}`),
});

const headersIn = async ({ store }: TestBusinessNode) =>
  (await store.rows('header/')).map(([, bytes]) => bytes.length);

describe('a business node that follows sealed headers', () => {
  it('is consistent up to the last one where its state is what was sealed', async () => {
    const node = await scene.start(following([sealed(4).source('org1.master')]));
    await node.until(() => node.book.consistentUpTo === 4n);
    expect(standing(node)).toEqual({ state: 'following', upTo: 4n, differs: [] });
    expect([await headersIn(node), node.refused]).toEqual([[156, 156, 156, 156], []]);
    expect(await node.store.rows('due/')).toEqual([]);
    // The newest height that was compared stays, for other nodes to compare theirs with it.
    expect(node.rank.view(4n).digest).toEqual(digests[3]);
    expect(() => node.rank.view(3n)).toThrow(expect.objectContaining({ code: 'NOT_FROZEN' }));
  });

  it('keeps what it needs of each cycle until that is sealed, over a restart too', async () => {
    const first = await scene.start(following([]));
    await first.until(() => first.height === 9n);
    const due = (await first.store.rows('due/')).map(([key]) => key);
    expect(due).toEqual([1, 2, 3, 4].map((n) => `due/${String(n).padStart(16, '0')}`));
    expect(first.rank.view(1n).digest).toEqual(digests[0]);
    await first.stop();

    const folder = first.store.folder.slice(scene.network.dir.length + 1);
    const two = sealed(2);
    const second = await scene.start(following([two.source('org1.master')], folder));
    await second.until(() => second.book.consistentUpTo === 2n);
    two.seal(partsOf(3));
    await second.until(() => second.book.consistentUpTo === 3n);
    await second.stop();

    two.seal(partsOf(4));
    const third = await scene.start(following([two.source('org1.master')], folder));
    expect(third.book.consistentUpTo).toBe(3n);
    await third.until(() => third.book.consistentUpTo === 4n);
    expect([await headersIn(third), third.refused]).toEqual([[156, 156, 156, 156], []]);
  });

  it('is inconsistent where its state is not, after a restart too, until a later cycle agrees', async () => {
    const three = sealed(3, { 2: sha256(Uint8Array.of(2)), 3: sha256(Uint8Array.of(3)) });
    const node = await scene.start(following([three.source('org1.master')]));
    await node.until(() => node.book.next === 4n);
    const differing = { state: 'inconsistent', upTo: 1n, differs: ['2 STATE_DIFFERS', '3 STATE_DIFFERS'] };
    expect(standing(node)).toEqual(differing);
    expect(node.follower.standing.reason).toContain(
      'after block 4, the end of cycle 2, is not what a quorum sealed',
    );
    // The newest height that differs stays frozen, for what differs there to be looked for.
    expect(node.rank.view(3n).digest).toEqual(digests[2]);
    expect(() => node.rank.view(2n)).toThrow(expect.objectContaining({ code: 'NOT_FROZEN' }));
    await node.stop();

    const folder = node.store.folder.slice(scene.network.dir.length + 1);
    const again = await scene.start(following([three.source('org1.master')], folder));
    await again.until(() => again.height === 9n);
    expect(standing(again)).toEqual(differing);
    three.seal(partsOf(4));
    await again.until(() => again.book.next === 5n);
    expect(standing(again)).toEqual({ state: 'following', upTo: 4n, differs: [] });
    expect(await again.store.rows('differs/')).toEqual([]);
  });

  it('ends where what came of a cycle cannot be written, and then continues from the cycle before', async () => {
    const node = await scene.start(following([]));
    await node.until(() => node.height === 9n);
    const { book, feed, refusals, store } = node;
    const sources = [sealed(3).source('org1.master')];
    const follower = new CycleFollower({ book, sources, ranks: [], feed, refusals, log: new SilentLog() });
    const commit = store.commitRank.bind(store);
    const full = new CotraceError('STORE_FAILED', 'the disk is full');
    const commits = jest.spyOn(store, 'commitRank');
    commits.mockImplementationOnce(commit).mockRejectedValueOnce(full);
    const stopping = new AbortController();
    expect(await codeOf(() => follower.run(stopping.signal))).toBe('STORE_FAILED');
    expect([book.consistentUpTo, (await store.rows('header/')).length]).toEqual([1n, 1]);
    const running = follower.run(stopping.signal);
    await node.until(() => book.consistentUpTo === 3n);
    stopping.abort();
    await running;
    expect(await headersIn(node)).toHaveLength(3);
  });

  it('differs where the domain has no part', async () => {
    sealed(0).seal(partsOf(1, null));
    const node = await scene.start(following([sealer.source('org1.master')]));
    await node.until(() => node.book.next === 2n);
    expect(standing(node).differs).toEqual(['1 STATE_DIFFERS']);
  });

  it('of a domain without entries agrees with headers that have no part of it', async () => {
    const origins = scene.masters.map((master) => master.origin('idle'));
    const options = { ...following([sealed(4).source('org1.master', 'idle')]), origins, domain: 'idle' };
    const node = await scene.start(options);
    await node.until(() => node.book.consistentUpTo === 4n);
    expect([standing(node).differs, node.refused]).toEqual([[], []]);
  });
});

const withoutPart = ({ header, seal }: SealedHeader) => create(SealedHeaderSchema, { header, seal });

describe('a business node whose master lies about sealed headers', () => {
  const lies: Readonly<Record<string, (honest: TestSealer) => SealedSource>> = {
    'with a header of another cycle': (honest) =>
      honest.source('org1.master', 'goods', (_, n) => honest.message(n === 1n ? 2n : n, 'goods')),
    'with bytes that are no header': (honest) =>
      honest.source('org1.master', 'goods', (message) => ({ ...message, header: Uint8Array.of(1) })),
    'with a seal that is none': (honest) =>
      honest.source('org1.master', 'goods', (message) => ({ ...message, seal: Uint8Array.of(9) })),
    'with the part of another domain': (honest) => honest.source('org1.master', '_lifecycle'),
    'with no part': (honest) => honest.source('org1.master', 'goods', (message) => withoutPart(message)),
    'with an error': () => ({
      name: 'org1.master',
      // eslint-disable-next-line @typescript-eslint/require-await
      async *sealedHeaders() {
        yield* [];
        throw new CotraceError('BAD_REQUEST', 'not today');
      },
    }),
  };
  const codes = ['BAD_ANSWER', 'TRUNCATED', 'SEAL_FORM', 'BAD_PART_PROOF', 'BAD_PART_PROOF', 'BAD_REQUEST'];

  it.each(Object.entries(lies).map(([name, lie], i) => [name, codes[i], lie] as const))(
    '%s names it and asks the next',
    async (_name, code, lie) => {
      const honest = sealed(3);
      const node = await scene.start(following([lie(honest), honest.source('org2.master')]));
      await node.until(() => node.book.consistentUpTo === 3n);
      const [refusal] = node.refusals.all();
      expect([refusal?.source, refusal?.code]).toEqual(['org1.master', code]);
    },
  );

  it.each(['UNREACHABLE', 'NO_METHOD'] as const)(
    'by an answer that is no fault, %s, asks the next',
    async (code) => {
      const away: SealedSource = {
        name: 'org1.master',
        // eslint-disable-next-line @typescript-eslint/require-await
        async *sealedHeaders() {
          yield* [];
          throw new CotraceError(code, 'not here');
        },
      };
      const node = await scene.start(following([away, sealed(2).source('org2.master')]));
      await node.until(() => node.book.consistentUpTo === 2n);
      expect(node.refused).toEqual([]);
    },
  );

  it('by silence asks the next, and blames nobody', async () => {
    const honest = sealed(2);
    const silent: SealedSource = {
      name: 'org1.master',
      async *sealedHeaders(_from, signal) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    };
    const sources = [silent, honest.source('org2.master')];
    const node = await scene.start({ ...following(sources), withheldHeader: 200 });
    await node.until(() => node.book.consistentUpTo === 2n);
    expect(node.refused).toEqual([]);
  });
});

describe('a business node for which a quorum sealed what contradicts its chain', () => {
  it.each([
    ['cyclePointHeaderHash', {}, 'sealed another block at block 4'],
    ['trieRoot', {}, 'sealed another state trie at block 4'],
    ['membership', {}, 'does not follow those before it'],
    ['membership', { configBlock: 4n }, 'sealed another membership at block 4'],
    ['previousHeaderHash', {}, 'does not follow those before it'],
  ] as const)(
    'by its %s (%j) keeps it as evidence and continues with what it has',
    async (field, more, reason) => {
      const honest = sealed(1);
      const others = { ...more, [field]: sha256(Uint8Array.of(1)) };
      const false2 = sealedMessage(honest.make(partsOf(2), others), 'goods');
      honest.seal(partsOf(2));
      let isFalse = true;
      const source = honest.source('org1.master', 'goods', (message, n) =>
        n === 2n && isFalse ? false2 : message,
      );
      const node = await scene.start(following([source]));
      await node.until(() => node.follower.state === 'inconsistent');
      expect(standing(node)).toEqual({ state: 'inconsistent', upTo: 1n, differs: [] });
      expect(node.follower.standing.reason).toContain(reason);
      await node.until(() => node.height === 9n);
      isFalse = false;
      await node.until(() => node.book.consistentUpTo === 2n);
      expect([standing(node).state, node.refused]).toEqual(['following', []]);
      const evidence = await node.store.evidence();
      expect(evidence).toMatchObject([{ kind: 'contradiction', blockNum: 4n }]);
      const [kept] = evidence[0]?.sealedHeaders ?? [];
      expect(decodeCheckingHeader(kept?.header ?? new Uint8Array()).checkNum).toBe(2n);
    },
  );
});
