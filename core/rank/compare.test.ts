import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { toHex, utf8 } from '../bytes/bytes.js';
import { sha256 } from '../hash.js';
import { compareRanks, type GroupDifference } from './compare.js';
import { DELETED_VALUE_HASH, type RankEntry } from './entry.js';
import { encodeGroup } from './group.js';
import { MAX_POSITIONS, type GroupSlice, type RankPeer } from './peer.js';
import { RankEditor } from './rank-editor.js';
import { RankView } from './rank-view.js';
import { dropsState, needsValue, repairSet, verifyValue } from './repair.js';
import { damaged, damages, someEntries, type Damage } from './testing/damage.js';
import { referenceDigest, referenceGroupHash } from './testing/reference.js';
import { frozenTree } from './testing/trees.js';
import { ViewPeer } from './view-peer.js';

const DEEP = process.env['CI_DEEP'] === '1';
const RUNS = DEEP ? 10_000 : 100;
// Other work on the machine must not fail a test.
jest.setTimeout(DEEP ? 3_600_000 : 60_000);

async function differences(mine: RankView, digest: Uint8Array, peer: RankPeer): Promise<GroupDifference[]> {
  const found: GroupDifference[] = [];
  for await (const difference of compareRanks(mine, digest, peer)) found.push(difference);
  return found;
}

/** Damages a state, and checks that comparing finds exactly that and repairing heals it. */
async function findsAndHeals(
  entries: readonly RankEntry[],
  harm: readonly Damage[],
  c: number,
): Promise<void> {
  const last = (entries.at(-1)?.blockNum ?? 0n) + 3n;
  const { state, kinds } = damaged(entries, harm, c, last);
  const healthy = frozenTree(entries, c, last);
  const { pages, view } = frozenTree(state.values(), c, last);
  const peer = new ViewPeer(healthy.view, 'org2.goods');

  const repairs = repairSet(await differences(view, healthy.view.digest, peer));

  expect(new Map(repairs.map(({ key, kind }) => [key, kind]))).toEqual(kinds);
  expect([...peer.groups].sort()).toEqual(groupsThatDiffer(entries, state.values()));

  const editor = new RankEditor(pages, c);
  editor.release(last);
  editor.replace(
    repairs.flatMap(({ own }) => own),
    repairs.flatMap(({ entry }) => entry ?? []),
  );
  expect(editor.strays).toBe(0);
  expect(toHex(editor.digest())).toBe(toHex(healthy.view.digest));
}

/** Blocks whose group is healthy otherwise than it is damaged, and not empty. */
function groupsThatDiffer(healthy: Iterable<RankEntry>, state: Iterable<RankEntry>): bigint[] {
  const [right, wrong] = [groups(healthy), groups(state)];
  return [...right]
    .flatMap(([blockNum, group]) => (isSame(group, wrong.get(blockNum) ?? []) ? [] : [blockNum]))
    .sort();
}

/** Whether two groups have one hash, which is made only where not all of their entries are the same objects. */
function isSame(group: readonly RankEntry[], other: readonly RankEntry[]): boolean {
  if (group.length === other.length && group.every((entry, i) => entry === other[i])) return true;
  return toHex(referenceGroupHash(group)) === toHex(referenceGroupHash(other));
}

function groups(entries: Iterable<RankEntry>): Map<bigint, RankEntry[]> {
  const found = new Map<bigint, RankEntry[]>();
  for (const entry of entries) {
    const group = found.get(entry.blockNum);
    if (group === undefined) found.set(entry.blockNum, [entry]);
    else group.push(entry);
  }
  return found;
}

function byKey(entries: readonly RankEntry[]): Map<string, RankEntry> {
  return new Map(entries.map((entry) => [entry.key, entry]));
}

describe('comparing rank trees', () => {
  it('finds any damage exactly, fetches no healthy group, and repairing heals it', async () => {
    const scenario = fc.tuple(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 9 }), damages(20));
    await fc.assert(
      fc.asyncProperty(scenario, ([c, perBlock, harm]) => findsAndHeals(someEntries(400, perBlock), harm, c)),
      { numRuns: RUNS },
    );
  });

  it('is repaired group by group too, in any order: tree and state are those of the healthy one', async () => {
    const scenario = fc.tuple(fc.integer({ min: 2, max: 40 }), damages(20), fc.boolean());
    const entries = someEntries(200, 3);
    const last = 140n;
    await fc.assert(
      fc.asyncProperty(scenario, async ([c, harm, reversed]) => {
        const { state } = damaged(entries, harm, c, last);
        const healthy = frozenTree(entries, c, last).view;
        const { pages, view } = frozenTree(state.values(), c, last);
        const found = await differences(view, healthy.digest, new ViewPeer(healthy, 'org2.goods'));
        const editor = new RankEditor(pages, c);
        for (const difference of reversed ? found.toReversed() : found) {
          const repairs = repairSet([difference]);
          editor.replace(
            repairs.flatMap(({ own }) => own),
            repairs.flatMap(({ entry }) => entry ?? []),
          );
          for (const repair of repairs) {
            const now = state.get(repair.key);
            if (repair.entry !== null) state.set(repair.key, repair.entry);
            else if (now !== undefined && dropsState(repair, now)) state.delete(repair.key);
          }
        }
        expect(editor.strays).toBe(0);
        expect(toHex(editor.digest())).toBe(toHex(healthy.digest));
        expect(toHex(referenceDigest(state.values(), c))).toBe(toHex(healthy.digest));
      }),
      { numRuns: RUNS },
    );
  });

  it('finds up to 1,000 damaged places in a larger state', async () => {
    await fc.assert(
      fc.asyncProperty(damages(1000), (harm) => findsAndHeals(someEntries(8000, 8), harm, 128)),
      { numRuns: Math.ceil(RUNS / 50) },
    );
  });

  it('finds that a whole state is lost, and one that there should not be', async () => {
    const entries = someEntries(500, 4);
    const last = 999n;
    const [full, empty] = [frozenTree(entries, 16, last), frozenTree([], 16, last)];
    const lost = repairSet(
      await differences(empty.view, full.view.digest, new ViewPeer(full.view, 'org2.goods')),
    );
    expect(lost.every(({ kind }) => kind === 'fetch')).toBe(true);
    expect(new Map(lost.map(({ key, entry }) => [key, entry]))).toEqual(byKey(entries));
    const extra = repairSet(
      await differences(full.view, empty.view.digest, new ViewPeer(empty.view, 'org2.goods')),
    );
    expect(extra.every(({ kind, own }) => kind === 'drop' && own.length === 1)).toBe(true);
    expect(new Map(extra.map(({ key, own }) => [key, own[0]]))).toEqual(byKey(entries));
  });

  it('asks nothing where the digest is right, and little where one entry is wrong', async () => {
    const entries = someEntries(20_000, 10);
    const last = 5000n;
    const { view } = frozenTree(entries, 1024, last);
    const peer = new ViewPeer(view, 'org2.goods');
    expect(await differences(view, view.digest, peer)).toEqual([]);
    expect(peer.messages).toBe(0);
    const { state } = damaged(entries, [{ kind: 'value', at: 0.5 }], 1024, last);
    await differences(frozenTree(state.values(), 1024, last).view, view.digest, peer);
    expect(peer.messages).toBeLessThan(10);
    expect(peer.bytes).toBeLessThan(4000);
  });

  it('asks for at most 1,024 nodes or leaves at a time, however much differs', async () => {
    const entries = someEntries(3000, 1);
    const last = 6000n;
    const [full, empty] = [frozenTree(entries, 8192, last).view, frozenTree([], 8192, last).view];
    const honest = new ViewPeer(full, 'org2.goods');
    const asked = { nodes: [0], leaves: [0] };
    const peer: RankPeer = {
      name: honest.name,
      top: () => honest.top(),
      nodes: (tree, level, positions) => {
        asked.nodes.push(positions.length);
        return honest.nodes(tree, level, positions);
      },
      leaves: (tree, positions) => {
        asked.leaves.push(positions.length);
        return honest.leaves(tree, positions);
      },
      group: (...group) => honest.group(...group),
    };
    const lost = repairSet(await differences(empty, full.digest, peer));
    expect(new Map(lost.map(({ key, entry }) => [key, entry]))).toEqual(byKey(entries));
    expect([Math.max(...asked.nodes), Math.max(...asked.leaves)]).toEqual([MAX_POSITIONS, MAX_POSITIONS]);
  });

  it('of one height goes on while the own tree and the peer’s have moved on', async () => {
    const entries = someEntries(300, 5);
    const last = 130n;
    const { state, kinds } = damaged(
      entries,
      [
        { kind: 'lost', at: 0.3 },
        { kind: 'value', at: 0.9 },
      ],
      16,
      last,
    );
    const [mine, theirs] = [frozenTree(state.values(), 16, last), frozenTree(entries, 16, last)];
    for (const { pages } of [mine, theirs]) {
      const editor = new RankEditor(pages, 16);
      const moved = entries.filter(({ key }) => state.has(key)).slice(0, 200);
      editor.apply(
        last + 1n,
        moved.map((before) => ({ ...before, before, txNum: 0, verNum: before.verNum + 1 })),
      );
      editor.digest();
      pages.commit(editor.writes());
    }
    const then = new RankView(theirs.pages, 16, last);
    const repairs = repairSet(
      await differences(new RankView(mine.pages, 16, last), then.digest, new ViewPeer(then, 'org2.goods')),
    );
    expect(new Map(repairs.map(({ key, kind }) => [key, kind]))).toEqual(kinds);
  });
});

describe('a node whose store has damaged pages of the tree', () => {
  const entries = someEntries(60, 3);
  const next = (view: RankView) => view.block + 1n;
  /** The tree, without a page, after one more block. */
  const damagedTree = (name: string | null) => {
    const { pages, view } = frozenTree(entries, 4, 44n);
    if (name !== null) {
      expect(pages.get(name)).not.toBeNull();
      pages.commit([{ name, bytes: null }]);
    }
    const editor = new RankEditor(pages, 4);
    const [before] = entries.slice(3);
    if (before === undefined) throw new Error('there is no entry');
    editor.apply(next(view), [{ ...before, before, verNum: before.verNum + 1 }]);
    editor.freeze();
    pages.commit(editor.writes());
    return new RankView(pages, 4, next(view));
  };
  const whole = damagedTree(null);

  it('says so instead of finding nothing to repair', async () => {
    const own = damagedTree('r/0000000000000000');
    expect(toHex(own.digest)).not.toBe(toHex(whole.digest));
    await expect(differences(own, whole.digest, new ViewPeer(whole, 'org2.goods'))).rejects.toMatchObject({
      code: 'RANK_TREE_DAMAGED',
    });
  });

  it('says so when entries leave a group that the layer above has lost', () => {
    expect(() => damagedTree('i/0000000000000001/0000000000000000')).toThrow(
      expect.objectContaining({ code: 'RANK_TREE_DAMAGED' }),
    );
  });

  it('says so to who asks, instead of sending what looks like a lie', async () => {
    const { pages: sick, view } = frozenTree(entries, 4, 44n);
    const name = 'g/0000000000000001/0000000000000000';
    sick.commit([{ name, bytes: sick.get(name)?.map((byte, i) => (i === 40 ? byte ^ 1 : byte)) ?? null }]);
    const mine = frozenTree(entries.slice(1), 4, 44n).view;
    await expect(differences(mine, view.digest, new ViewPeer(view, 'org2.goods'))).rejects.toMatchObject({
      code: 'RANK_TREE_DAMAGED',
    });
  });
});

describe('a peer that lies', () => {
  const entries = someEntries(600, 5);
  const last = 250n;
  const healthy = frozenTree(entries, 16, last);
  const harm: Damage[] = [
    { kind: 'lost', at: 0.5 },
    { kind: 'value', at: 0.1 },
    { kind: 'extra', at: 0.7 },
  ];
  const { state } = damaged(entries, harm, 16, last);
  const mine = frozenTree(state.values(), 16, last).view;

  /** Compares with the honest peer as `lies` has changed it. */
  const against = (lies: (honest: RankPeer) => Partial<RankPeer>) => {
    const honest = new ViewPeer(healthy.view, 'org3.goods');
    return differences(mine, healthy.view.digest, {
      name: honest.name,
      top: () => honest.top(),
      nodes: (...asked) => honest.nodes(...asked),
      leaves: (...asked) => honest.leaves(...asked),
      group: (...asked) => honest.group(...asked),
      ...lies(honest),
    });
  };
  const named = (code: string) =>
    expect.objectContaining({ code, detail: expect.objectContaining({ peer: 'org3.goods' }) });

  const flipped = (bytes: Uint8Array, at: number) => {
    const changed = bytes.slice();
    changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ 1;
    return changed;
  };
  const group = (change: (slice: GroupSlice) => GroupSlice) => (honest: RankPeer) => ({
    group: async (blockNum: bigint, offset: number) => change(await honest.group(blockNum, offset)),
  });
  const first = (answer: readonly Uint8Array[]) => answer[0] ?? new Uint8Array();

  const lies: Readonly<Record<string, (honest: RankPeer) => Partial<RankPeer>>> = {
    'a number of ranks that is not a number': () => ({
      top: () => Promise.resolve({ ...healthy.view.top, ranks: 0.5 }),
    }),
    'more ranks than there can be': () => ({
      top: () => Promise.resolve({ ...healthy.view.top, ranks: 2 ** 40 }),
    }),
    'a root that is no hash': () => ({ top: () => Promise.resolve({ ranks: 1, root: new Uint8Array(31) }) }),
    'a changed node': (honest) => ({
      nodes: async (...asked) => (await honest.nodes(...asked)).map((node) => flipped(node, 3)),
    }),
    'two nodes in the other order': (honest) => ({
      nodes: async (...asked) => (await honest.nodes(...asked)).toReversed(),
    }),
    'a node too few': (honest) => ({ nodes: async (...asked) => (await honest.nodes(...asked)).slice(1) }),
    'a node too many': (honest) => ({
      nodes: async (...asked) => [...(await honest.nodes(...asked)), new Uint8Array(32)],
    }),
    'nodes that are no hashes': (honest) => ({
      nodes: async (...asked) => (await honest.nodes(...asked)).map((node) => node.slice(1)),
    }),
    'the nodes of another tree': (honest) => ({
      nodes: (tree, level, positions) => honest.nodes(tree === 'ranks' ? tree : 1n, level, positions),
    }),
    'a changed leaf': (honest) => ({
      leaves: async (...asked) => (await honest.leaves(...asked)).map((leaf) => flipped(leaf, 8)),
    }),
    'another leaf of the same tree': (honest) => ({
      leaves: (tree, positions) =>
        honest.leaves(
          tree,
          positions.map((position) => (position === 0 ? 1 : position - 1)),
        ),
    }),
    'no leaves': () => ({ leaves: () => Promise.resolve([]) }),
    'a leaf too many': (honest) => ({
      leaves: async (...asked) => {
        const leaves = await honest.leaves(...asked);
        return [...leaves, first(leaves)];
      },
    }),
    'a group with a changed entry': group(({ total, bytes }) => ({ total, bytes: flipped(bytes, 40) })),
    'a group without one of its entries': () => ({
      group: (blockNum) => {
        const bytes = encodeGroup(healthy.view.entries(blockNum).slice(1));
        return Promise.resolve({ total: bytes.length, bytes });
      },
    }),
    'a group with an entry too many': () => ({
      group: (blockNum) => {
        const all = healthy.view.entries(blockNum);
        const bytes = encodeGroup([...all, ...all.slice(0, 1).map((entry) => ({ ...entry, key: 'new' }))]);
        return Promise.resolve({ total: bytes.length, bytes });
      },
    }),
    'the group of another block': (honest) => ({ group: (_block, offset) => honest.group(1n, offset) }),
    'an entry with an older version': () => ({
      group: (blockNum) => {
        const bytes = encodeGroup(
          healthy.view
            .entries(blockNum)
            .map((entry, i) => (i === 0 ? { ...entry, verNum: entry.verNum + 1 } : entry)),
        );
        return Promise.resolve({ total: bytes.length, bytes });
      },
    }),
    'a group with bytes behind it': group(({ total, bytes }) => ({
      total: total + 1,
      bytes: new Uint8Array([...bytes, 0]),
    })),
    'fewer bytes of a group than it says': group(({ total, bytes }) => ({ total, bytes: bytes.slice(1) })),
    'an empty part of a group': group(({ total }) => ({ total, bytes: new Uint8Array() })),
    'an empty group': group(() => ({ total: 0, bytes: new Uint8Array() })),
    'a group without end': group(({ bytes }) => ({ total: Infinity, bytes })),
    'a group larger than a block can make': group(() => ({ total: 2 ** 40, bytes: new Uint8Array(1 << 20) })),
  };

  it.each(Object.entries(lies))('is caught and named: %s', async (_what, change) => {
    await expect(against(change)).rejects.toEqual(named('PEER_LIES'));
  });

  it('is caught whichever of its answers it changes, and wherever', async () => {
    const answers = new ViewPeer(healthy.view, 'org2.goods');
    await differences(mine, healthy.view.digest, answers);
    const lie = fc.tuple(fc.nat(answers.messages - 2), fc.nat(10), fc.nat(5000));
    await fc.assert(
      fc.asyncProperty(lie, async ([which, element, at]) => {
        let answered = 0;
        const maybe = async (answer: Promise<readonly Uint8Array[]>) =>
          answered++ === which
            ? (await answer).map((bytes, i, all) => (i === element % all.length ? flipped(bytes, at) : bytes))
            : answer;
        const lying = against((honest) => ({
          nodes: (...asked) => maybe(honest.nodes(...asked)),
          leaves: (...asked) => maybe(honest.leaves(...asked)),
          group: async (blockNum, offset) => {
            const { total, bytes } = await honest.group(blockNum, offset);
            return { total, bytes: first(await maybe(Promise.resolve([bytes]))) };
          },
        }));
        await expect(lying).rejects.toEqual(named('PEER_LIES'));
      }),
      { numRuns: RUNS },
    );
  });

  it('or is damaged itself is named as different', async () => {
    const other = new ViewPeer(mine, 'org3.goods');
    const empty = new ViewPeer(frozenTree([], 16, last).view, 'org3.goods');
    const third = frozenTree(someEntries(10, 2), 16, last).view;
    for (const peer of [other, empty]) {
      await expect(differences(third, healthy.view.digest, peer)).rejects.toEqual(named('PEER_DIFFERS'));
    }
  });

  it('fails by itself: what happens on the way is not its lie', async () => {
    const cut = new Error('the connection is cut');
    await expect(against(() => ({ group: () => Promise.reject(cut) }))).rejects.toBe(cut);
  });
});

describe('a repair', () => {
  const entry = { ...(someEntries(1, 1)[0] ?? ({} as RankEntry)), key: 'a' };
  const repair = (missing: RankEntry[], surplus: RankEntry[]) => {
    const [only, ...more] = repairSet([
      { block: 1n, missing, surplus: [] },
      { block: 2n, missing: [], surplus },
    ]);
    expect(more).toEqual([]);
    if (only === undefined) throw new Error('a repair was expected');
    return only;
  };

  it('fetches a value only where it has none that is right', () => {
    const moved = { ...entry, blockNum: 2n };
    expect(needsValue(repair([entry], []))).toBe(true);
    expect(needsValue(repair([entry], [{ ...moved, valueHash: sha256(utf8('other')) }]))).toBe(true);
    expect(repair([entry], [moved]).kind).toBe('replace');
    expect(needsValue(repair([entry], [moved]))).toBe(false);
    expect(needsValue(repair([{ ...entry, valueHash: DELETED_VALUE_HASH }], []))).toBe(false);
    expect(needsValue(repair([], [moved]))).toBe(false);
  });

  it('drops of the state only what is dropped of the tree', () => {
    const stale = { ...entry, blockNum: 2n };
    expect(dropsState(repair([], [stale]), stale)).toBe(true);
    for (const now of [entry, { ...stale, txNum: 9 }, { ...stale, verNum: 9 }])
      expect(dropsState(repair([], [stale]), now)).toBe(false);
    expect(dropsState(repair([entry], [stale]), stale)).toBe(false);
  });

  it('takes only the value that the consortium has, and names who sent another', () => {
    verifyValue(entry, utf8('value 0'), 'org3.goods');
    for (const value of ['value 1', '']) {
      expect(() => verifyValue(entry, utf8(value), 'org3.goods')).toThrow(
        expect.objectContaining({
          code: 'PEER_LIES',
          detail: expect.objectContaining({ peer: 'org3.goods', key: 'a' }),
        }),
      );
    }
  });
});

describe('a view asked by others', () => {
  const { view } = frozenTree(someEntries(100, 5), 16, 60n);

  it('answers only what there is, and not too much at once', () => {
    const refused = (act: () => unknown) =>
      expect(act).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    refused(() => view.nodes('ranks', 0, [99]));
    refused(() => view.nodes('ranks', 40, [0]));
    refused(() => view.nodes('ranks', -1, [0]));
    refused(() => view.nodes(99n, 0, [0]));
    refused(() => view.nodes(-1n, 0, [0]));
    refused(() => view.leaves(1n, [-1]));
    refused(() => view.leaves(1n, [0.5]));
    refused(() => view.leaves('ranks', new Array<number>(1025).fill(0)));
    refused(() => view.group(2n, 0));
    refused(() => view.group(1n, 2 ** 20));
    for (const offset of [-1, 0.5, Number.NaN]) refused(() => view.group(1n, offset));
    refused(() => view.group(61n, 0));
  });

  it('sends a large group in parts, which are put together', async () => {
    const large = someEntries(5000, 5000).map((one) => ({ ...one, key: one.key.padEnd(400, '.') }));
    const { view: full } = frozenTree(large, 16, 60n);
    const peer = new ViewPeer(full, 'org2.goods');
    const found = await differences(frozenTree([], 16, 60n).view, full.digest, peer);
    expect(found.map(({ missing }) => missing.length)).toEqual([5000]);
    expect(full.group(1n, 0).bytes).toHaveLength(1 << 20);
    expect(peer.messages).toBe(1 + 1 + 1 + 3);
  });

  it('reads the page of a large group once, the ranks once, and of other layers keeps no more than some', () => {
    const entries = someEntries(100, 1).map((one, i) => ({ ...one, blockNum: BigInt(i + 1) }));
    const { pages } = frozenTree(entries, 2, 100n);
    const read: string[] = [];
    const watched = {
      get: (name: string) => {
        read.push(name);
        return pages.get(name);
      },
    };
    const ranked = new RankView(watched, 2, 100n);
    const reads = (prefix: string) => read.filter((name) => name.startsWith(prefix)).length;
    for (let part = 0; part < 3; part++) ranked.group(100n, part);
    expect(reads('g/')).toBe(1);
    for (let i = 0; i < 100; i++) ranked.layer(BigInt(i % 50) + 1n);
    expect(reads('r/')).toBe(1);
    expect(reads('i/')).toBeGreaterThan(90);
  });
});
