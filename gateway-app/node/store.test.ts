import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeStoreIdentity, fromUtf8, STORE_IDENTITY_KEY, utf8 } from '@cotrace/core';
import fc from 'fast-check';
import { codeOf } from '../testing/codes.js';
import { StoredCheckpoint } from '../fabric/checkpoint.js';
import { TEST_OWNER } from '../testing/test-owner.js';
import { commit, endOfPrefix, folderBytes, openDatabase, openStore, ordered, read } from './store.js';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cotrace-store-'));
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

describe('a store', () => {
  it('keeps what was committed, and nothing of a batch that was not', async () => {
    const folder = join(dir, 'kept');
    const store = await openStore(folder, TEST_OWNER);
    await commit(store, store.batch().put('a', utf8('1')).put('b', utf8('2')));
    store.batch().put('c', utf8('3'));
    await store.close();
    const again = await openStore(folder, TEST_OWNER);
    expect([read(again, 'a'), read(again, 'b'), read(again, 'c')]).toEqual([utf8('1'), utf8('2'), null]);
    await again.close();
  });

  it('belongs to one process at a time', async () => {
    const store = await openStore(join(dir, 'locked'), TEST_OWNER);
    expect(await codeOf(() => openStore(join(dir, 'locked'), TEST_OWNER))).toBe('STORE_LOCKED');
    await store.close();
    await (await openStore(join(dir, 'locked'), TEST_OWNER)).close();
  });

  it('is its owner’s alone: for others it is not opened, and nothing changes', async () => {
    const folder = join(dir, 'owned');
    const store = await openStore(folder, TEST_OWNER);
    await commit(store, store.batch().put('a', utf8('1')));
    await store.close();
    const others = [
      { ...TEST_OWNER, node: 'org2.goods' },
      { ...TEST_OWNER, holds: 'retail' },
    ];
    for (const other of others) expect(await codeOf(() => openStore(folder, other))).toBe('WRONG_STORE');
    const again = await openStore(folder, TEST_OWNER);
    expect(read(again, 'a')).toEqual(utf8('1'));
    await again.close();
  });

  it('that does not say whose it is, as older versions left it, is refused and left as it is', async () => {
    const folder = join(dir, 'older');
    const older = await openDatabase(folder);
    await commit(older, older.batch().put('checkpoint', utf8('1')));
    await older.close();
    expect(await codeOf(() => openStore(folder, TEST_OWNER))).toBe('STORE_LAYOUT');
    const after = await openDatabase(folder);
    expect(await after.keys().all()).toEqual(['checkpoint']);
    await after.close();
  });

  it('of an older layout whose rows can be read has today’s from then on', async () => {
    const folder = join(dir, 'layout-before');
    const before = await openDatabase(folder);
    const older = fromUtf8(encodeStoreIdentity(TEST_OWNER)).replace('"layout":4', '"layout":2');
    await commit(before, before.batch().put(STORE_IDENTITY_KEY, utf8(older)).put('a', utf8('1')));
    await before.close();
    const store = await openStore(folder, TEST_OWNER);
    expect(read(store, 'a')).toEqual(utf8('1'));
    expect(read(store, STORE_IDENTITY_KEY)).toEqual(encodeStoreIdentity(TEST_OWNER));
    await store.close();
  });

  it('that is damaged is reported with its cause and left as it is', async () => {
    const folder = join(dir, 'damaged');
    await mkdir(folder);
    await writeFile(join(folder, 'CURRENT'), 'MANIFEST-000009\n');
    const before = await readdir(folder);
    expect(await codeOf(() => openStore(folder, TEST_OWNER))).toBe('STORE_FAILED');
    expect(await readdir(folder)).toEqual(expect.arrayContaining(before));
    expect(await codeOf(() => openStore(folder, TEST_OWNER))).toBe('STORE_FAILED');
  });

  it('tells its size, and that of a folder that is not there', async () => {
    await mkdir(join(dir, 'sized', 'inner'), { recursive: true });
    await writeFile(join(dir, 'sized', 'a'), 'abc');
    await writeFile(join(dir, 'sized', 'inner', 'b'), 'de');
    expect(await folderBytes(join(dir, 'sized'))).toBe(5);
    expect(await folderBytes(join(dir, 'none'))).toBe(0);
  });
});

describe('a stored checkpoint', () => {
  const headerHash = new Uint8Array(32);

  it('writes the configuration where it changes, and is read back whole', async () => {
    const folder = join(dir, 'checkpoint');
    const store = await openStore(folder, TEST_OWNER);
    const checkpoint = new StoredCheckpoint(store);
    expect(checkpoint.get()).toBeNull();
    const put = async (blockNum: bigint, config: string) => {
      const at = { number: blockNum, headerHash, configBlock: utf8(config) };
      const batch = store.batch();
      checkpoint.put(batch, at);
      await commit(store, batch);
      checkpoint.written(at);
      return batch.length;
    };
    await put(0n, 'first');
    await put(1n, 'first');
    await put(2n, 'second');
    expect(new StoredCheckpoint(store).get()).toEqual({
      number: 2n,
      headerHash,
      configBlock: utf8('second'),
    });
    await store.close();
  });

  it('believes the store, not what it remembers, after a write whose outcome was unknown', async () => {
    const store = await openStore(join(dir, 'unknown'), TEST_OWNER);
    const checkpoint = new StoredCheckpoint(store);
    const write = async (blockNum: bigint, config: string) => {
      const batch = store.batch();
      checkpoint.put(batch, { number: blockNum, headerHash, configBlock: utf8(config) });
      await commit(store, batch);
    };
    await write(0n, 'first');
    checkpoint.written({ number: 0n, headerHash, configBlock: utf8('first') });
    // The batch is on disk, but the caller was told that it failed.
    await write(1n, 'second');
    expect(checkpoint.get()).toEqual({ number: 1n, headerHash, configBlock: utf8('second') });
    await store.close();
  });

  it('without its configuration is a damaged store', async () => {
    const store = await openStore(join(dir, 'half'), TEST_OWNER);
    const batch = store.batch();
    new StoredCheckpoint(store).put(batch, { number: 0n, headerHash, configBlock: utf8('x') });
    await commit(store, batch);
    await commit(store, store.batch().del('config'));
    expect(await codeOf(() => new StoredCheckpoint(store).get())).toBe('STORE_FAILED');
    await store.close();
  });
});

describe('keys', () => {
  it('of numbers sort as the numbers do', () => {
    const number = fc.bigInt(0n, 2n ** 64n - 1n);
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(ordered(a) < ordered(b)).toBe(a < b);
      }),
    );
  });

  it('with a prefix all stand before its end, and no others between', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (rest) => {
        expect('state/' + rest < endOfPrefix('state/')).toBe(true);
      }),
    );
    expect(endOfPrefix('state/')).toBe('state0');
  });
});
