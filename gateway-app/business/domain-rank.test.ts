import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { fromHex, RankEditor, toHex, utf8, type RankEntry } from '@cotrace/core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SilentLog } from '../testing/silent-log.js';
import { EvidenceSchema } from '../gen/cotrace/cotrace_pb.js';
import { TEST_OWNER } from '../testing/test-owner.js';
import { DomainRank, rankEntry } from './domain-rank.js';
import { DomainStore, storedEntry, type ChangedEntry } from './domain-store.js';

// Other work on the machine must not fail a test.
jest.setTimeout(30_000);

const C = 4;
/** Pages of the tree after block 9, of one key that each block wrote, as releases wrote them whose ranks had no fixed places. */
const OLDER: Readonly<Record<string, string>> = {
  top:
    '000000000000000a00000001000000000000000900000001000000013aeb35d977a0a5683505475e731cc014bf9a5102ace66b225cb80a2f' +
    '2563d2da000000000000000800000000000000013aeb35d977a0a5683505475e731cc014bf9a5102ace66b225cb80a2f2563d2da',
  'r/0000000000000000':
    '000000000000000200000001c618cef7e506324764e92de612d4d419af1dfbeb40b8243403ce837adee6a625',
  'i/0000000000000002/0000000000000000':
    '0000000000000008000000014e0a8907112cdf1d9d78e36fce11ba5f688acb545d8e3be2b4884131bcbcfb4b',
  'g/0000000000000008/0000000000000000':
    '00000000056f6674656e2c624232cdd221771294dfbb310aca000a0df6ac8b66b696d90ef06fdefb64a3000000000000000800000000' +
    '00000008',
  'g/0000000000000009/0000000000000000':
    '00000000056f6674656e19581e27de7ced00ff1ce50b2047e7a567c76b1cbaebabe5ef03f7c3017bb5b7000000000000000900000000' +
    '00000009',
  'p/0000000000000009':
    '0000000000000000000000018fdb4554758d0fdb51f9ebeb2f71d8907c23c632e97fd6186496226f32123421000000000000000800000000' +
    '00000008000000056f6674656e',
};
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cotrace-rank-'));
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

const open = (store: DomainStore) => DomainRank.open(store, 'goods', C, new SilentLog());

/** Writes keys of `goods` (null: deletes them) in one block, and one of another namespace beside them. */
async function block(
  store: DomainStore,
  rank: DomainRank | null,
  blockNum: bigint,
  values: Readonly<Record<string, string | null>>,
  policy: string | null = null,
): Promise<void> {
  const change = (namespace: string, key: string, value: string | null, txNum: number): ChangedEntry => {
    const before = store.entry(namespace, key);
    const stamp = { blockNum, txNum, verNum: (before?.verNum ?? 0) + 1 };
    const entry = storedEntry({
      value: utf8(value ?? ''),
      deleted: value === null,
      validationParameter: policy === null || value === null ? new Uint8Array() : utf8(policy),
      ...stamp,
    });
    return { namespace, key, entry, before };
  };
  const entries = Object.entries(values).map(([key, value], txNum) => change('goods', key, value, txNum));
  entries.push(change('_lifecycle', 'definition', String(blockNum), 9));
  const checkpoint = { number: blockNum, headerHash: new Uint8Array(32), configBlock: utf8('configuration') };
  await store.advance(checkpoint, entries, rank === null ? [] : (await rank.advance(blockNum, entries)).rows);
}

/** The digest of the tree that the state would have if it were made of it now, in memory. */
async function digestOfState(store: DomainStore): Promise<string> {
  const entries: RankEntry[] = [];
  for await (const entry of store.range('goods', '', '')) entries.push(rankEntry(entry));
  const editor = new RankEditor({ get: () => null }, C);
  editor.apply(store.checkpoint()?.number ?? 0n, []);
  editor.replace([], entries);
  return toHex(editor.digest());
}

/** Ten blocks: keys come, change, go and come again; some blocks change nothing. */
async function tenBlocks(store: DomainStore, rank: DomainRank | null, seen?: () => Promise<void>) {
  for (let blockNum = 0n; blockNum < 10n; blockNum++) {
    const values: Record<string, string | null> = {};
    if (blockNum > 0n && blockNum !== 6n) {
      values[`k${blockNum}`] = 'new';
      values['often'] = String(blockNum);
      values['off and on'] = blockNum % 2n === 0n ? null : 'on';
      values[`k${blockNum / 2n}`] = 'changed';
    }
    await block(store, rank, blockNum, values);
    await seen?.();
  }
}

describe('a business node’s rank tree', () => {
  it('is that of its domain’s state after every block, over restarts too', async () => {
    const folder = join(dir, 'every');
    let store = await DomainStore.open(folder, TEST_OWNER);
    let rank = await open(store);
    await tenBlocks(store, rank, async () => {
      expect(toHex(rank.digest())).toBe(await digestOfState(store));
    });
    await store.close();
    store = await DomainStore.open(folder, TEST_OWNER);
    rank = await open(store);
    expect(toHex(rank.digest())).toBe(await digestOfState(store));
    await store.close();
  });

  const notFrozen = (rank: DomainRank, checkNum: bigint) =>
    expect(() => rank.view(checkNum)).toThrow(expect.objectContaining({ code: 'NOT_FROZEN' }));

  it('is kept as it was at the end of each cycle until that is released', async () => {
    const store = await DomainStore.open(join(dir, 'cycles'), TEST_OWNER);
    const rank = await open(store);
    const digests: string[] = [];
    await tenBlocks(store, rank, async () => {
      digests.push(await digestOfState(store));
      const newest = BigInt(digests.length - 1) / BigInt(C);
      for (let cycle = 1n; cycle <= newest; cycle++) {
        expect(toHex(rank.view(cycle).digest)).toBe(digests[Number(cycle) * C]);
      }
      notFrozen(rank, newest + 1n);
    });
    await store.commitRows(rank.released(1n));
    notFrozen(rank, 1n);
    expect(toHex(rank.view(2n).digest)).toBe(digests[2 * C]);
    await store.close();
  });

  it('gives the digest of each cycle, and freezes no more than sixteen', async () => {
    const store = await DomainStore.open(join(dir, 'sixteen'), TEST_OWNER);
    const lines: string[] = [];
    class NotingLog extends SilentLog {
      override info(message?: string): void {
        lines.push(message ?? '');
      }
    }
    const rank = await DomainRank.open(store, 'goods', 2, new NotingLog());
    const parts = async (blockNum: bigint) => {
      const before = await rank.advance(blockNum, []);
      await block(store, rank, blockNum, { often: String(blockNum) });
      return [before.part === null, blockNum % 2n !== 0n || blockNum === 0n];
    };
    for (let blockNum = 0n; blockNum <= 36n; blockNum++) {
      const [isNull, wanted] = await parts(blockNum);
      expect(isNull).toBe(wanted);
    }
    expect(rank.view(16n).block).toBe(32n);
    notFrozen(rank, 17n);
    expect(lines).toEqual([
      'block 34 is the end of a cycle and is not frozen in the rank tree of goods: 16 cycles before it are not compared yet',
    ]);
    await store.commitRows(rank.released(1n));
    await block(store, rank, 37n, {});
    await block(store, rank, 38n, {});
    expect(rank.view(19n).block).toBe(38n);
    await store.close();
  });

  it('is rebuilt at a start only where there is none, or where it was begun', async () => {
    const store = await DomainStore.open(join(dir, 'made'), TEST_OWNER);
    await tenBlocks(store, null);
    const expected = await digestOfState(store);
    expect(toHex((await open(store)).digest())).toBe(expected);

    const commits = jest.spyOn(store.rankOf('goods'), 'commit');
    expect(toHex((await open(store)).digest())).toBe(expected);
    expect(commits).not.toHaveBeenCalled();

    await store.rankOf('goods').clear();
    await store.rankOf('goods').commit([{ name: 'g/left-over', bytes: utf8('x') }]);
    expect(store.rankOf('goods').isUnmade).toBe(true);
    const again = await open(store);
    expect(toHex(again.digest())).toBe(expected);
    expect([store.rankOf('goods').isUnmade, store.rankOf('goods').pages.get('g/left-over')]).toEqual([
      false,
      null,
    ]);
    await block(store, again, 10n, { often: '10', k3: null });
    expect(toHex(again.digest())).toBe(await digestOfState(store));
    await store.close();
  });

  it('of a release whose ranks had no fixed places is made of the state, and nothing else is lost', async () => {
    const store = await DomainStore.open(join(dir, 'older'), TEST_OWNER);
    await tenBlocks(store, null);
    const evidence = create(EvidenceSchema, { kind: 'equivocation', blockNum: 3n, reason: 'two bodies' });
    await store.keepEvidence(evidence, 'Org2MSP');
    const before = await store.digest('goods');
    await store
      .rankOf('goods')
      .commit(Object.entries(OLDER).map(([name, hex]) => ({ name, bytes: fromHex(hex) })));

    const rank = await open(store);

    expect(toHex(rank.digest())).toBe(await digestOfState(store));
    for (const name of Object.keys(OLDER).filter((one) => one !== 'top'))
      expect(toHex(store.rankOf('goods').pages.get(name) ?? new Uint8Array())).not.toBe(OLDER[name]);
    expect(await store.digest('goods')).toEqual(before);
    expect([await store.evidence(), await store.excluded()]).toEqual([[evidence], new Set(['Org2MSP'])]);
    await block(store, rank, 10n, { often: '10' });
    expect(toHex(rank.digest())).toBe(await digestOfState(store));
    const commits = jest.spyOn(store.rankOf('goods'), 'commit');
    await open(store);
    expect(commits).not.toHaveBeenCalled();
    await store.close();
  });

  it('and the state digest bind the endorsement policies of keys', async () => {
    const digests = new Set<string>();
    const policies = [null, 'one', 'two'];
    for (const policy of policies) {
      const store = await DomainStore.open(join(dir, `policy-${policy ?? 'none'}`), TEST_OWNER);
      const rank = await open(store);
      await block(store, rank, 1n, { a: '1' });
      await block(store, rank, 2n, { a: '1' }, policy);
      expect(toHex(rank.digest())).toBe(await digestOfState(store));
      digests.add(toHex(rank.digest())).add(toHex((await store.digest('goods')).digest));
      // Made anew, it has them too.
      await store.rankOf('goods').clear();
      expect(toHex((await open(store)).digest())).toBe(toHex(rank.digest()));
      await store.close();
    }
    expect(digests.size).toBe(2 * policies.length);
  });

  it('is made in portions that write each group once', async () => {
    const store = await DomainStore.open(join(dir, 'portions'), TEST_OWNER);
    for (let blockNum = 0n; blockNum < 9n; blockNum++) {
      const keys = Array.from({ length: 10 }, (_, i) => [`k${i}/${blockNum}`, `${i}`] as const);
      await block(store, null, blockNum, Object.fromEntries([...keys, ['😀', `${blockNum}`]]));
    }
    const groups: string[] = [];
    const entries: number[] = [];
    const rows = store.rankOf('goods');
    const commit = rows.commit.bind(rows);
    jest.spyOn(rows, 'commit').mockImplementation((writes) => {
      groups.push(...writes.flatMap(({ name }) => (name.startsWith('g/') ? [name] : [])));
      return commit(writes);
    });
    const sort = rows.sort.bind(rows);
    jest.spyOn(rows, 'sort').mockImplementation((portion) => {
      entries.push(portion.length);
      return sort(portion);
    });
    const rank = await DomainRank.open(store, 'goods', C, new SilentLog(), 15);
    expect(toHex(rank.digest())).toBe(await digestOfState(store));
    expect(Math.max(...entries)).toBe(15);
    expect(groups).toHaveLength(9);
    expect(new Set(groups).size).toBe(9);
    for await (const left of rows.sorted()) throw new Error(`${left.key} was left`);
    await store.close();
  });

  it('has no digest while it is rebuilt', async () => {
    const store = await DomainStore.open(join(dir, 'unmade'), TEST_OWNER);
    const rank = await open(store);
    await tenBlocks(store, rank);
    await store.rankOf('goods').commit([{ name: 'p/0000000000000007', bytes: utf8('x') }]);
    const seen: string[] = [];
    const commits = jest.spyOn(store.rankOf('goods'), 'commit').mockImplementation(() => {
      expect(() => rank.digest()).toThrow(expect.objectContaining({ code: 'RANK_TREE_UNMADE' }));
      seen.push('commit');
      return Promise.resolve();
    });
    await rank.advance(12n, []);
    commits.mockRestore();
    expect(seen).toEqual(['commit']);
    await store.close();
  });

  it('that is damaged is rebuilt from the state before the next block', async () => {
    const store = await DomainStore.open(join(dir, 'damaged'), TEST_OWNER);
    const rank = await open(store);
    await tenBlocks(store, rank);
    for (const name of ['p/0000000000000007', 'top']) {
      await store.rankOf('goods').commit([{ name, bytes: utf8('x') }]);
      const next = (store.checkpoint()?.number ?? 0n) + 1n;
      await block(store, rank, next, { often: String(next) });
      await block(store, rank, next + 1n, { k1: null });
      // The end of a cycle: here at the latest it shows.
      await block(store, rank, next + 2n, { k1: 'again' });
      expect(toHex(rank.digest())).toBe(await digestOfState(store));
    }
    const top = store.rankOf('goods').pages.get('top') ?? new Uint8Array();
    const ofAnotherBlock = top.map((byte, i) => (i === 1 ? byte ^ 1 : byte));
    for (const bytes of [utf8('x'), ofAnotherBlock]) {
      await store.rankOf('goods').commit([{ name: 'top', bytes }]);
      const again = await open(store);
      await block(store, again, (store.checkpoint()?.number ?? 0n) + 1n, { k2: 'again' });
      expect(toHex(again.digest())).toBe(await digestOfState(store));
    }
    await store.close();
  });

  it('reports a state whose entries are not where the tree has them', async () => {
    const store = await DomainStore.open(join(dir, 'strays'), TEST_OWNER);
    const errors: string[] = [];
    class NotingLog extends SilentLog {
      override error(message?: string): void {
        errors.push(message ?? '');
      }
    }
    const rank = await DomainRank.open(store, 'goods', 2, new NotingLog());
    await block(store, rank, 1n, { a: '1' });
    const entry = (blockNum: bigint, verNum: number) => {
      const none = new Uint8Array();
      return storedEntry({
        value: none,
        deleted: true,
        validationParameter: none,
        blockNum,
        txNum: 0,
        verNum,
      });
    };
    await rank.advance(2n, [{ namespace: 'goods', key: 'a', entry: entry(2n, 6), before: entry(1n, 5) }]);
    expect(errors).toHaveLength(1);
    await store.close();
  });
});
