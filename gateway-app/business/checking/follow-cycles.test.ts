import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { CotraceError, decodeCheckingHeader } from '@cotrace/core';
import { PartProofSchema, SealedHeaderSchema, type SealedHeader } from '../../gen/cotrace/cotrace_pb.js';
import type { BusinessScene } from '../../testing/business-scene.js';
import { codeOf } from '../../testing/codes.js';
import { another, SealedScene, standing } from '../../testing/sealed-scene.js';
import { SilentLog } from '../../testing/silent-log.js';
import type { TestBusinessNode } from '../../testing/test-business-node.js';
import { sealedHeader } from '../../master/checking/sealed-header.js';
import type { TestSealer } from '../../testing/test-sealer.js';
import { CycleFollower, type SealedSource } from './follow-cycles.js';

let cycles: SealedScene;
let scene: BusinessScene;

beforeAll(async () => {
  cycles = await SealedScene.create();
  ({ scene } = cycles);
});

afterAll(() => scene.close());
afterEach(() => scene.stopNodes());

const headersIn = async ({ store }: TestBusinessNode) =>
  (await store.rows('h/')).map(([, bytes]) => bytes.length);

describe('a business node that follows sealed headers', () => {
  it('is consistent up to the last one where its state is what was sealed', async () => {
    const node = await scene.start(cycles.following([cycles.sealed(4).source('org1.master')]));
    await node.until(() => node.book.consistentUpTo === 4n);
    expect(standing(node)).toEqual({ state: 'following', upTo: 4n, differs: [] });
    expect([await headersIn(node), node.refused]).toEqual([[131, 129, 129, 129], []]);
    expect(await node.store.rows('due/')).toEqual([]);
    // The newest height that was compared stays, for other nodes to compare theirs with it.
    expect(node.rank.view(4n).digest).toEqual(cycles.domain[3]);
    expect(() => node.rank.view(3n)).toThrow(expect.objectContaining({ code: 'NOT_FROZEN' }));
  });

  it('keeps what it needs of each cycle until that is sealed, over a restart too', async () => {
    const first = await scene.start(cycles.following([]));
    await first.until(() => first.height === 9n);
    const due = (await first.store.rows('due/')).map(([key]) => key);
    expect(due).toEqual([1, 2, 3, 4].map((n) => `due/${String(n).padStart(16, '0')}`));
    expect(first.rank.view(1n).digest).toEqual(cycles.domain[0]);
    await first.stop();

    const folder = first.store.folder.slice(scene.network.dir.length + 1);
    const two = cycles.sealed(2);
    const second = await scene.start(cycles.following([two.source('org1.master')], folder));
    await second.until(() => second.book.consistentUpTo === 2n);
    two.seal(cycles.partsOf(3));
    await second.until(() => second.book.consistentUpTo === 3n);
    await second.stop();

    two.seal(cycles.partsOf(4));
    const third = await scene.start(cycles.following([two.source('org1.master')], folder));
    expect(third.book.consistentUpTo).toBe(3n);
    await third.until(() => third.book.consistentUpTo === 4n);
    expect([await headersIn(third), third.refused]).toEqual([[131, 129, 129, 129], []]);
  });

  it('is inconsistent where its state is not, after a restart too, until a later cycle agrees', async () => {
    const three = cycles.sealed(3, { 2: another(2), 3: another(3) });
    const node = await scene.start(cycles.following([three.source('org1.master')]));
    await node.until(() => node.book.next === 4n);
    const differing = {
      state: 'inconsistent',
      upTo: 1n,
      differs: ['goods 2 STATE_DIFFERS', 'goods 3 STATE_DIFFERS'],
    };
    expect(standing(node)).toEqual(differing);
    expect(node.follower.standing.reason).toContain(
      'after block 4, the end of cycle 2, is not what a quorum sealed',
    );
    // The newest height that differs stays frozen, for what differs there to be looked for.
    expect(node.rank.view(3n).digest).toEqual(cycles.domain[2]);
    expect(() => node.rank.view(2n)).toThrow(expect.objectContaining({ code: 'NOT_FROZEN' }));
    await node.stop();

    const folder = node.store.folder.slice(scene.network.dir.length + 1);
    const again = await scene.start(cycles.following([three.source('org1.master')], folder));
    await again.until(() => again.height === 9n);
    expect(standing(again)).toEqual(differing);
    three.seal(cycles.partsOf(4));
    await again.until(() => again.book.next === 5n);
    expect(standing(again)).toEqual({ state: 'following', upTo: 4n, differs: [] });
    expect(await again.store.rows('differs/')).toEqual([]);
  });

  it('ends where what came of a cycle cannot be written, and then continues from the cycle before', async () => {
    const node = await scene.start(cycles.following([]));
    await node.until(() => node.height === 9n);
    const { book, feed, refusals, store } = node;
    const sources = [cycles.sealed(3).source('org1.master')];
    const follower = new CycleFollower({ book, sources, ranks: [], feed, refusals, log: new SilentLog() });
    const commit = store.commitRows.bind(store);
    const full = new CotraceError('STORE_FAILED', 'the disk is full');
    const commits = jest.spyOn(store, 'commitRows');
    commits.mockImplementationOnce(commit).mockRejectedValueOnce(full);
    const stopping = new AbortController();
    expect(await codeOf(() => follower.run(stopping.signal))).toBe('STORE_FAILED');
    expect([book.consistentUpTo, (await store.rows('h/')).length]).toEqual([1n, 1]);
    const running = follower.run(stopping.signal);
    await node.until(() => book.consistentUpTo === 3n);
    stopping.abort();
    await running;
    expect(await headersIn(node)).toHaveLength(3);
  });

  it('differs where the domain has no part', async () => {
    const one = cycles.sealed(0);
    one.seal(cycles.partsOf(1, null));
    const node = await scene.start(cycles.following([one.source('org1.master')]));
    await node.until(() => node.book.next === 2n);
    expect(standing(node).differs).toEqual(['goods 1 STATE_DIFFERS']);
  });

  it('of a domain without entries agrees with headers that have no part of it', async () => {
    const origins = scene.masters.map((master) => master.origin('idle'));
    const options = {
      ...cycles.following([cycles.sealed(4).source('org1.master', 'idle')]),
      origins,
      domain: 'idle',
    };
    const node = await scene.start(options);
    await node.until(() => node.book.consistentUpTo === 4n);
    expect([standing(node).differs, node.refused]).toEqual([[], []]);
  });
});

const withoutPart = ({ header, seal }: SealedHeader) => create(SealedHeaderSchema, { header, seal });
const withLifecycle = (message: SealedHeader, lifecycle = create(PartProofSchema)) => ({
  ...message,
  lifecycle,
});

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
    'with another part for that of _lifecycle': (honest) =>
      honest.source('org1.master', 'goods', (message) => withLifecycle(message, message.part)),
    'with a part of _lifecycle that was not sealed': (honest) =>
      honest.source('org1.master', 'goods', (message, n) => {
        const parts = cycles.partsOf(Number(n), cycles.domain[Number(n) - 1], another(1));
        return withLifecycle(message, sealedHeader({ ...message, parts }, 'goods').lifecycle);
      }),
    'with nothing that shows that there is no part of _lifecycle': (honest) =>
      honest.source('org1.master', 'goods', (message) => withLifecycle(message)),
    'with an error': () => ({
      name: 'org1.master',
      // eslint-disable-next-line @typescript-eslint/require-await
      async *sealedHeaders() {
        yield* [];
        throw new CotraceError('BAD_REQUEST', 'not today');
      },
    }),
  };
  const codes = [
    ...['BAD_ANSWER', 'TRUNCATED', 'SEAL_FORM', 'BAD_PART_PROOF', 'BAD_PART_PROOF'],
    ...['BAD_PART_PROOF', 'ROOT_MISMATCH', 'BAD_PART_PROOF', 'BAD_REQUEST'],
  ];

  it.each(Object.entries(lies).map(([name, lie], i) => [name, codes[i], lie] as const))(
    '%s names it and asks the next',
    async (_name, code, lie) => {
      const honest = cycles.sealed(3);
      const node = await scene.start(cycles.following([lie(honest), honest.source('org2.master')]));
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
      const node = await scene.start(cycles.following([away, cycles.sealed(2).source('org2.master')]));
      await node.until(() => node.book.consistentUpTo === 2n);
      expect(node.refused).toEqual([]);
    },
  );

  it('by silence asks the next, and blames nobody', async () => {
    const honest = cycles.sealed(2);
    const silent: SealedSource = {
      name: 'org1.master',
      async *sealedHeaders(_from, signal) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    };
    const sources = [silent, honest.source('org2.master')];
    const node = await scene.start({ ...cycles.following(sources), withheldHeader: 200 });
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
      const honest = cycles.sealed(1);
      const others = { ...more, [field]: another(1) };
      const false2 = sealedHeader(honest.make(cycles.partsOf(2), others), 'goods');
      honest.seal(cycles.partsOf(2));
      let isFalse = true;
      const source = honest.source('org1.master', 'goods', (message, n) =>
        n === 2n && isFalse ? false2 : message,
      );
      const node = await scene.start(cycles.following([source]));
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
