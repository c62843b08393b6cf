import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { toHex, utf8 } from '@cotrace/core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EvidenceSchema } from '../gen/cotrace/cotrace_pb.js';
import { TEST_OWNER } from '../testing/test-owner.js';
import { DomainStore, storedEntry, type StateEntry } from './domain-store.js';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cotrace-domain-'));
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

const entry = (key: string, value: string | null, blockNum = 1n, namespace = 'goods'): StateEntry => ({
  namespace,
  key,
  entry: storedEntry({
    value: utf8(value ?? ''),
    deleted: value === null,
    blockNum,
    txNum: 0,
    verNum: 1,
    validationParameter: new Uint8Array(),
  }),
});

const checkpoint = (blockNum: bigint) => ({
  number: blockNum,
  headerHash: new Uint8Array(32),
  configBlock: utf8('configuration'),
});

async function storeWith(name: string, blocks: readonly (readonly StateEntry[])[]): Promise<DomainStore> {
  const store = await DomainStore.open(join(dir, name), TEST_OWNER);
  for (const [number, entries] of blocks.entries()) await store.advance(checkpoint(BigInt(number)), entries);
  return store;
}

async function keysOf(store: DomainStore, start: string, end: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.range('goods', start, end)) keys.push(key);
  return keys;
}

describe('the state of a domain', () => {
  it('has its keys in the order of UTF-8, deleted ones included, and no others', async () => {
    // In UTF-16 the last two stand the other way round.
    const keys = ['', 'a', 'a/b', 'aa', 'é', '\uffee', '😀'];
    const others = [
      entry('b', '1', 1n, 'goods2'),
      entry('b', '1', 1n, 'good'),
      entry('b', '1', 1n, '_lifecycle'),
    ];
    const mine = keys.map((key) => entry(key, key === 'aa' ? null : '1'));
    const store = await storeWith('order', [[...mine, ...others].reverse()]);
    expect(await keysOf(store, '', '')).toEqual(keys);
    expect(await keysOf(store, 'a', 'é')).toEqual(['a', 'a/b', 'aa']);
    expect(await keysOf(store, 'aa', '')).toEqual(['aa', 'é', '\uffee', '😀']);
    expect(await keysOf(store, 'b', 'a')).toEqual([]);
    await store.close();
  });

  it('has a digest that depends on its content alone', async () => {
    const [a, b] = [entry('a', '1'), entry('b', '2')];
    const stores = [
      await storeWith('d0', [[a, b]]),
      await storeWith('d1', [[b], [a]]),
      await storeWith('d2', [[a, b, entry('x', '1', 1n, 'retail')]]),
      await storeWith('d3', [[a, entry('b', '3')]]),
      await storeWith('d4', [[a, entry('b', null)]]),
      await storeWith('d5', [[a, entry('b', '2', 2n)]]),
      await storeWith('d6', [[a]]),
    ];
    const digests = await Promise.all(stores.map((store) => store.digest('goods')));
    const [first, ...others] = digests.map(({ digest }) => toHex(digest));
    expect(others.map((digest) => digest === first)).toEqual([true, true, false, false, false, false]);
    expect(digests.map(({ height }) => height)).toEqual([1n, 2n, 1n, 1n, 1n, 1n, 1n]);
    expect(digests.map(({ entries }) => entries)).toEqual([2n, 2n, 2n, 2n, 2n, 2n, 1n]);
    for (const store of stores) await store.close();
  });

  it('keeps its checkpoint, evidence and exclusions over a restart', async () => {
    const store = await storeWith('kept', [[entry('a', '1')]]);
    const evidence = (kind: string) =>
      create(EvidenceSchema, { kind, blockNum: 1n, reason: `${kind} of Org1MSP` });
    await store.keepEvidence(evidence('equivocation'), 'Org1MSP');
    await store.keepEvidence(evidence('dispute'), null);
    await store.close();
    const again = await DomainStore.open(join(dir, 'kept'), TEST_OWNER);
    expect(again.checkpoint()).toEqual(checkpoint(0n));
    expect([...(await again.excluded())]).toEqual(['Org1MSP']);
    expect((await again.evidence()).map(({ kind }) => kind)).toEqual(['dispute', 'equivocation']);
    expect(again.entry('goods', 'a')?.verNum).toBe(1);
    expect(again.entry('goods', 'b')).toBeNull();
    await again.close();
  });
});
