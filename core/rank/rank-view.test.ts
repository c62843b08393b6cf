import { describe, expect, it } from '@jest/globals';
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
