import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { leafHash } from '../merkle/hashing.js';
import { encodeGroup } from './group.js';
import { EMPTY_GROUP_LEAF } from './layers.js';
import type { GroupSlice, RankPeer } from './peer.js';
import { damaged, someEntries, type Damage } from './testing/damage.js';
import { differences } from './testing/differences.js';
import { frozenTree } from './testing/trees.js';
import { ViewPeer } from './view-peer.js';

const DEEP = process.env['CI_DEEP'] === '1';
const RUNS = DEEP ? 10_000 : 100;
// Other work on the machine must not fail a test.
jest.setTimeout(DEEP ? 3_600_000 : 60_000);

describe('a peer that lies', () => {
  const entries = someEntries(600, 5);
  const last = 250n;
  const healthy = frozenTree(entries, 16, last);
  const harm: Damage[] = [
    { kind: 'lost', at: 0.5 },
    { kind: 'value', at: 0.1 },
    { kind: 'policy', at: 0.3 },
    { kind: 'extra', at: 0.7 },
  ];
  const { state } = damaged(entries, harm, 16, last);
  const mine = frozenTree(state.values(), 16, last).view;

  /** Compares with the honest peer as `lies` has changed it. */
  const against = (lies: (honest: RankPeer) => Partial<RankPeer>) => {
    const honest = new ViewPeer(healthy.view, 'org3.goods');
    return differences(mine, healthy.view.digest, {
      name: honest.name,
      root: () => honest.root(),
      nodes: (...asked) => honest.nodes(...asked),
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
    'a root that is no hash': () => ({ root: () => Promise.resolve(new Uint8Array(31)) }),
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
    'the root of another rank': (honest) => ({
      nodes: (tree, level, positions) =>
        honest.nodes(tree !== 'ranks' && positions.length === 1 ? 1n : tree, level, positions),
    }),
    'two roots of a rank': (honest) => ({
      nodes: async (tree, level, positions) => {
        const nodes = await honest.nodes(tree, level, positions);
        return tree !== 'ranks' && positions.length === 1 ? [...nodes, ...nodes] : nodes;
      },
    }),
    'no root of a rank': (honest) => ({
      nodes: async (tree, level, positions) =>
        tree !== 'ranks' && positions.length === 1 ? [] : honest.nodes(tree, level, positions),
    }),
    'leaves of places next to those asked for': (honest) => ({
      nodes: (tree, level, positions) =>
        honest.nodes(tree, level, level > 0 ? positions : positions.map((one) => (one === 0 ? 1 : one - 1))),
    }),
    'a full place as empty': (honest) => ({
      nodes: async (tree, level, positions) =>
        (await honest.nodes(tree, level, positions)).map((node) =>
          tree !== 'ranks' && level === 0 ? leafHash(EMPTY_GROUP_LEAF) : node,
        ),
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
    'a group with another policy': () => ({
      group: (blockNum) => {
        const bytes = encodeGroup(
          healthy.view
            .entries(blockNum)
            .map((entry) => ({ ...entry, policyHash: new Uint8Array(32).fill(1) })),
        );
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
