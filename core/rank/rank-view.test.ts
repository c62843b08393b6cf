import { describe, expect, it } from '@jest/globals';
import { toHex } from '../bytes/bytes.js';
import { leafHash } from '../merkle/hashing.js';
import { EMPTY_GROUP_LEAF, EMPTY_RANK_LEAF } from './layers.js';
import { RankView } from './rank-view.js';
import { someEntries } from './testing/damage.js';
import { differences } from './testing/differences.js';
import { frozenTree } from './testing/trees.js';
import { ViewPeer } from './view-peer.js';

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
    refused(() => view.nodes(1n, 4, [1]));
    refused(() => view.nodes(1n, 5, [0]));
    refused(() => view.nodes(1n, 0.5, [0]));
    refused(() => view.nodes(1n, 0, [16]));
    refused(() => view.nodes(1n, 0, [-1]));
    refused(() => view.nodes(1n, 0, [0.5]));
    refused(() => view.nodes('ranks', 0, new Array<number>(1025).fill(0)));
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
    // The root, the ranks, the rank's root and its nodes, and the group.
    expect(peer.messages).toBe(1 + 1 + 1 + 1 + 3);
  });

  it('reads a group once, and a page of a tree once as long as not too many others were asked for', () => {
    const entries = someEntries(2000, 1).map((one, i) => ({ ...one, blockNum: BigInt(i + 1) }));
    const { pages } = frozenTree(entries, 4, 2000n);
    const read: string[] = [];
    const watched = {
      get: (name: string) => {
        read.push(name);
        return pages.get(name);
      },
    };
    const ranked = new RankView(watched, 4, 2000n);
    const reads = (prefix: string) => read.filter((name) => name.startsWith(prefix)).length;
    for (let part = 0; part < 3; part++) ranked.group(2000n, part);
    expect(reads('g/')).toBe(1);
    for (let i = 0; i < 100; i++) ranked.node(BigInt(i % 50) + 1n, 0, 3);
    expect(reads('i/')).toBe(51);
    for (let i = 1n; i <= 500n; i++) ranked.node(i, 1, 0);
    ranked.node(1n, 0, 3);
    expect(reads('i/')).toBeGreaterThan(501);
  });

  it('shows a rank without entries, and one whose cycle has begun, as what they are', () => {
    const last = frozenTree([], 16, 0n).view;
    expect(last.top.ranks).toBe(1);
    expect(last.nodes(0n, 0, [0])).toEqual([leafHash(EMPTY_GROUP_LEAF)]);
    expect(last.nodes('ranks', 0, [0])).toEqual([leafHash(EMPTY_RANK_LEAF)]);
    // 60 is in cycle 4, which ends with block 64.
    expect(toHex(view.node(4n, 0, 15))).toBe(toHex(leafHash(EMPTY_GROUP_LEAF)));
    expect(toHex(view.node(2n, 0, 1))).toBe(toHex(leafHash(EMPTY_GROUP_LEAF)));
  });
});
