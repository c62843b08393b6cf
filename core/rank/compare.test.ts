import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { toHex } from '../bytes/bytes.js';
import type { RankEntry } from './entry.js';
import { MAX_POSITIONS, type RankPeer } from './peer.js';
import { RankEditor } from './rank-editor.js';
import { RankView } from './rank-view.js';
import { dropsState, repairSet } from './repair.js';
import { damaged, damages, someEntries, type Damage } from './testing/damage.js';
import { differences } from './testing/differences.js';
import { referenceDigest, referenceGroupHash } from './testing/reference.js';
import { frozenTree } from './testing/trees.js';
import { ViewPeer } from './view-peer.js';

const DEEP = process.env['CI_DEEP'] === '1';
const RUNS = DEEP ? 10_000 : 100;
// Other work on the machine must not fail a test.
jest.setTimeout(DEEP ? 3_600_000 : 60_000);

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
        expect(toHex(referenceDigest(state.values(), c, last))).toBe(toHex(healthy.digest));
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

  it('asks for at most 1,024 nodes at a time, however much differs', async () => {
    const entries = someEntries(3000, 1);
    const last = 6000n;
    const [full, empty] = [frozenTree(entries, 8192, last).view, frozenTree([], 8192, last).view];
    const honest = new ViewPeer(full, 'org2.goods');
    const asked = [0];
    const peer: RankPeer = {
      name: honest.name,
      root: () => honest.root(),
      nodes: (tree, level, positions) => {
        asked.push(positions.length);
        return honest.nodes(tree, level, positions);
      },
      group: (...group) => honest.group(...group),
    };
    const lost = repairSet(await differences(empty, full.digest, peer));
    expect(new Map(lost.map(({ key, entry }) => [key, entry]))).toEqual(byKey(entries));
    expect(Math.max(...asked)).toBe(MAX_POSITIONS);
  });

  it('asks for nothing below what is empty at the peer', async () => {
    const [full, empty] = [frozenTree(someEntries(500, 4), 16, 999n).view, frozenTree([], 16, 999n).view];
    const peer = new ViewPeer(empty, 'org2.goods');
    expect(await differences(full, empty.digest, peer)).toHaveLength(125);
    expect([peer.messages, peer.groups.size]).toEqual([1, 0]);
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
  const layer = 'r/0/0000000000000000';
  const rank = 'i/0000000000000001/0/0000000000000000';
  const whole = frozenTree(entries, 4, 44n).view;

  it.each([layer, rank])('says so instead of finding nothing to repair: without %s', async (name) => {
    const { pages, view } = frozenTree(entries.slice(1), 4, 44n);
    expect(pages.get(name)).not.toBeNull();
    pages.commit([{ name, bytes: null }]);
    await expect(differences(view, whole.digest, new ViewPeer(whole, 'org2.goods'))).rejects.toMatchObject({
      code: 'RANK_TREE_DAMAGED',
    });
  });

  it.each([layer, rank, 'g/0000000000000003/0000000000000000'])(
    'says so when entries leave a group: without %s',
    (name) => {
      const { pages } = frozenTree(entries, 4, 44n);
      expect(pages.get(name)).not.toBeNull();
      pages.commit([{ name, bytes: null }]);
      const editor = new RankEditor(pages, 4);
      const [before] = entries.slice(3);
      if (before === undefined) throw new Error('there is no entry');
      editor.apply(45n, [{ ...before, before, verNum: before.verNum + 1 }]);
      expect(() => editor.freeze()).toThrow(expect.objectContaining({ code: 'RANK_TREE_DAMAGED' }));
    },
  );

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
