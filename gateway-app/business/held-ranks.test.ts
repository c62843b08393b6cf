import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { emptyPart, RankEditor, toHex, utf8, type RankEntry } from '@cotrace/core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../testing/codes.js';
import { SilentLog } from '../testing/silent-log.js';
import { TEST_OWNER } from '../testing/test-owner.js';
import { DomainRank, rankEntry } from './domain-rank.js';
import { DomainStore, storedEntry, type ChangedEntry } from './domain-store.js';
import { HeldRanks } from './held-ranks.js';

// Other work on the machine must not fail a test.
jest.setTimeout(30_000);

const C = 4;
const HELD = ['goods', '_lifecycle'];
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cotrace-held-'));
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

const open = (name: string) => DomainStore.open(join(dir, name), TEST_OWNER);
const held = (store: DomainStore) => HeldRanks.open(store, 'goods', C, new SilentLog());

/** The trees of an earlier release: that of the domain alone. */
const domainAlone = (store: DomainStore) => DomainRank.open(store, 'goods', C, new SilentLog());

/** Blocks `from` to `to`: each writes a key of `goods`, every third one also keys of `_lifecycle`. */
async function blocks(
  store: DomainStore,
  ranks: Pick<HeldRanks, 'advance'> | DomainRank,
  from: number,
  to: number,
) {
  for (let number = from; number <= to; number++) {
    const blockNum = BigInt(number);
    const change = (namespace: string, key: string, txNum: number): ChangedEntry => {
      const before = store.entry(namespace, key);
      const stamp = { blockNum, txNum, verNum: (before?.verNum ?? 0) + 1 };
      const content = {
        value: utf8(`${key} ${number}`),
        deleted: false,
        validationParameter: new Uint8Array(),
      };
      return { namespace, key, entry: storedEntry({ ...content, ...stamp }), before };
    };
    const entries = [change('goods', `k${number % 5}`, 0)];
    if (number % 3 === 0) {
      entries.push(change('_lifecycle', 'sequence', 1), change('_lifecycle', `definition ${number}`, 1));
    }
    const checkpoint = {
      number: blockNum,
      headerHash: new Uint8Array(32),
      configBlock: utf8('configuration'),
    };
    const { rows } = await ranks.advance(blockNum, entries);
    await store.advance(checkpoint, entries, rows);
  }
}

/** The digests that trees have which are made of the state now, in memory. */
async function digestsOfState(store: DomainStore): Promise<string[]> {
  const digests: string[] = [];
  for (const namespace of HELD) {
    const entries: RankEntry[] = [];
    for await (const entry of store.range(namespace, '', '')) entries.push(rankEntry(entry));
    const editor = new RankEditor({ get: () => null }, C);
    editor.apply(store.checkpoint()?.number ?? 0n, []);
    editor.replace([], entries);
    digests.push(toHex(editor.digest()));
  }
  return digests;
}

const digests = (ranks: HeldRanks) => HELD.map((name) => toHex(ranks.of(name).digest()));

describe('the rank trees that a business node holds', () => {
  it('are those of the states of its domain and of _lifecycle, over restarts too', async () => {
    let store = await open('both');
    let ranks = await held(store);
    for (let number = 0; number <= 10; number++) {
      await blocks(store, ranks, number, number);
      expect(digests(ranks)).toEqual(await digestsOfState(store));
      if (number % 4 !== 3) continue;
      await store.close();
      store = await open('both');
      ranks = await held(store);
    }
    await store.close();
  });

  it('are frozen, give their digests and are let go together', async () => {
    const store = await open('frozen');
    const ranks = await held(store);
    await blocks(store, ranks, 0, 3);
    const { parts } = await ranks.advance(4n, []);
    await blocks(store, ranks, 4, 9);
    for (const tree of [ranks.domain, ranks.lifecycle]) expect(tree.view(1n).block).toBe(4n);
    expect(toHex(ranks.lifecycle.view(1n).digest)).toBe(toHex(parts?.lifecycle ?? new Uint8Array()));
    expect((await ranks.advance(10n, [])).parts).toBeNull();
    await store.commitRows(ranks.released(1n));
    for (const tree of [ranks.domain, ranks.lifecycle]) {
      expect(await codeOf(() => tree.view(1n))).toBe('NOT_FROZEN');
      expect(tree.view(2n).block).toBe(8n);
    }
    await store.close();
  });

  it('have the digest of no entries where there never was one', async () => {
    const store = await open('empty');
    const ranks = await held(store);
    for (const blockNum of [0n, 3n, 4n]) {
      const { rows, parts } = await ranks.advance(blockNum, []);
      await store.commitRows(rows);
      const none = toHex(emptyPart(blockNum, C));
      expect(digests(ranks)).toEqual([none, none]);
      if (blockNum === 4n) expect(Object.values(parts ?? {}).map(toHex)).toEqual([none, none]);
    }
    await blocks(store, ranks, 6, 6);
    expect(digests(ranks)).not.toContain(toHex(emptyPart(6n, C)));
    await store.close();
  });

  it('of a store of an earlier release are that of the domain as it is, and that of _lifecycle of the state', async () => {
    const store = await open('earlier');
    await blocks(store, await domainAlone(store), 0, 9);
    const commits = jest.spyOn(store.rankOf('goods'), 'commit');
    const ranks = await held(store);
    expect(digests(ranks)).toEqual(await digestsOfState(store));
    expect(commits).not.toHaveBeenCalled();
    expect(ranks.domain.view(2n).block).toBe(8n);
    expect(await codeOf(() => ranks.lifecycle.view(2n))).toBe('NOT_FROZEN');
    await blocks(store, ranks, 10, 12);
    expect(digests(ranks)).toEqual(await digestsOfState(store));
    expect(ranks.lifecycle.view(3n).block).toBe(12n);
    await store.close();
  });

  it('of a store with which an earlier release continued are made of the state where they are behind', async () => {
    const store = await open('continued');
    await blocks(store, await held(store), 0, 5);
    await blocks(store, await domainAlone(store), 6, 9);
    const ranks = await held(store);
    expect(digests(ranks)).toEqual(await digestsOfState(store));
    await store.close();
  });

  it('are both those of the block before where the node ended before its block was written', async () => {
    let store = await open('killed');
    const ranks = await held(store);
    await blocks(store, ranks, 0, 8);
    const before = await digestsOfState(store);
    const failing = jest.spyOn(store, 'advance').mockRejectedValueOnce(new Error('killed'));
    await expect(blocks(store, ranks, 9, 9)).rejects.toThrow('killed');
    failing.mockRestore();
    await store.close();
    store = await open('killed');
    const again = await held(store);
    expect(digests(again)).toEqual(before);
    await blocks(store, again, 9, 10);
    expect(digests(again)).toEqual(await digestsOfState(store));
    await store.close();
  });

  it.each([0, 1, 2])('are made again where the node ended after %i steps of making one', async (steps) => {
    const name = `made ${steps}`;
    let store = await open(name);
    await blocks(store, await domainAlone(store), 0, 9);
    const rows = store.rankOf('_lifecycle');
    let done = 0;
    for (const step of ['sort', 'commit', 'made'] as const) {
      const whole: (...given: never[]) => Promise<void> = rows[step].bind(rows);
      jest.spyOn(rows, step).mockImplementation(async (...given: unknown[]) => {
        if (done++ === steps) throw new Error('killed');
        await whole(...(given as never[]));
      });
    }
    await expect(held(store)).rejects.toThrow('killed');
    await store.close();
    store = await open(name);
    expect(store.rankOf('_lifecycle').isUnmade).toBe(true);
    const ranks = await held(store);
    expect(digests(ranks)).toEqual(await digestsOfState(store));
    expect([store.rankOf('_lifecycle').isUnmade, ranks.domain.view(2n).block]).toEqual([false, 8n]);
    await store.close();
  });

  it('are rebuilt one by one where a page is damaged', async () => {
    const store = await open('damaged');
    const ranks = await held(store);
    await blocks(store, ranks, 0, 9);
    await store.rankOf('_lifecycle').commit([{ name: 'top', bytes: utf8('x') }]);
    await blocks(store, ranks, 10, 10);
    expect(digests(ranks)).toEqual(await digestsOfState(store));
    expect(ranks.domain.view(2n).block).toBe(8n);
    await store.close();
  });
});
