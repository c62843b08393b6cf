import { describe, expect, it } from '@jest/globals';
import { utf8 } from '@cotrace/core';
import * as fc from 'fast-check';
import * as peer from '../gen/fabric/peer_pb.js';
import { compareUtf8 } from '../transaction/key-order.js';
import { decodeRwset, type KeyRead, type NamespaceRwset, type Version } from '../transaction/rwset.js';
import { MemoryState } from '../validation/testing/memory-state.js';
import { encodeRwset, type RwsetInit } from '../validation/testing/transaction.js';
import { BlockOverlay, type VersionedKey } from './overlay.js';
import { RangeQueryResultsHelper, readMessage } from './range-summary.js';
import { validateReads } from './validate-reads.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const timeout = 50 * numRuns;
const BLOCK = 9n;

function stateOf(entries: Readonly<Record<string, Version>>): MemoryState {
  const state = new MemoryState();
  for (const [key, version] of Object.entries(entries)) state.put('ns', key, utf8('v'), version);
  return state;
}

const at = (blockNum: bigint, txNum = 0): Version => ({ blockNum, txNum });
const rwset = (...sets: RwsetInit): NamespaceRwset[] => decodeRwset(encodeRwset(sets));
const reading = (key: string, version: Version | null = null): RwsetInit[number] => ({
  namespace: 'ns',
  reads: [readMessage({ key, version })],
});
const writing = (key: string): RwsetInit[number] => ({
  namespace: 'ns',
  writes: [{ key, value: utf8('w') }],
});

async function judge(
  set: readonly NamespaceRwset[],
  overlay: BlockOverlay,
  only?: string[],
): Promise<string> {
  return peer.TxValidationCode[await validateReads(set, overlay, only && new Set(only))];
}

describe('validateReads of keys', () => {
  const overlay = (): BlockOverlay => new BlockOverlay(stateOf({ a: at(1n, 2) }), BLOCK);

  it('a read holds as long as the key has the version that was read', async () => {
    expect(await judge(rwset(reading('a', at(1n, 2))), overlay())).toBe('VALID');
    expect(await judge(rwset(reading('b')), overlay())).toBe('VALID');
    expect(await judge(rwset(reading('a', at(1n, 3))), overlay())).toBe('MVCC_READ_CONFLICT');
    expect(await judge(rwset(reading('a', at(2n, 2))), overlay())).toBe('MVCC_READ_CONFLICT');
    expect(await judge(rwset(reading('a')), overlay())).toBe('MVCC_READ_CONFLICT');
    expect(await judge(rwset(reading('b', at(0n))), overlay())).toBe('MVCC_READ_CONFLICT');
  });

  it('whatever an earlier transaction of the block wrote conflicts, even if nothing changed in the end', async () => {
    const changed = overlay();
    await changed.apply(rwset(writing('a'), { ...writing('new') }), 0);
    await changed.apply(rwset({ namespace: 'ns', writes: [{ key: 'new', isDelete: true }] }), 1);
    expect(await judge(rwset(reading('a', at(1n, 2))), changed)).toBe('MVCC_READ_CONFLICT');
    expect(await judge(rwset(reading('new')), changed)).toBe('MVCC_READ_CONFLICT');
    expect(await judge(rwset(reading('b')), changed)).toBe('VALID');
    expect(await judge(rwset({ ...reading('a'), namespace: 'other' }), changed)).toBe('VALID');
  });

  it('metadata alone conflicts with later reads of a live key, and does nothing to an absent one', async () => {
    const changed = overlay();
    const stamp = (key: string): RwsetInit[number] => ({ namespace: 'ns', metadataWrites: [{ key }] });
    expect(await changed.apply(rwset(stamp('a')), 0)).toMatchObject([{ kind: 'restamp', key: 'a' }]);
    expect(await changed.apply(rwset(stamp('absent')), 0)).toEqual([]);
    expect(await judge(rwset(reading('a', at(1n, 2))), changed)).toBe('MVCC_READ_CONFLICT');
    expect(await judge(rwset(reading('absent')), changed)).toBe('VALID');
    expect(await changed.version('ns', 'a')).toEqual(at(BLOCK));
  });

  it('namespaces outside the restriction are not looked at', async () => {
    const set = rwset(reading('a', at(7n)));
    expect(await judge(set, overlay(), ['other'])).toBe('VALID');
    expect(await judge(set, overlay(), ['other', 'ns'])).toBe('MVCC_READ_CONFLICT');
  });

  it('reads of private data are checked where the view has their versions, and left alone where not', async () => {
    const hashedReads = [{ keyHash: utf8('h'), version: { blockNum: 1n, txNum: 0n } }];
    const stale = rwset({ namespace: 'ns', collections: [{ name: 'c', hashedReads }] });
    expect(await judge(stale, overlay())).toBe('MVCC_READ_CONFLICT');
    const { view } = overlay();
    const blind = { version: view.version.bind(view), range: view.range.bind(view) };
    expect(await judge(stale, new BlockOverlay(blind, BLOCK))).toBe('VALID');
    const absent = rwset({
      namespace: 'ns',
      collections: [{ name: 'c', hashedReads: [{ keyHash: utf8('h') }] }],
    });
    const changed = overlay();
    expect(await judge(absent, changed)).toBe('VALID');
    const write = { name: 'c', hashedWrites: [{ keyHash: utf8('h'), valueHash: utf8('x') }] };
    await changed.apply(rwset({ namespace: 'ns', collections: [write] }), 0);
    expect(await judge(absent, changed)).toBe('MVCC_READ_CONFLICT');
  });
});

describe('validateReads of ranges', () => {
  /** The range query that a simulation records, having read `results` and then stopped or come to the end. */
  function query(
    start: string,
    end: string,
    results: readonly VersionedKey[],
    exhausted: boolean,
  ): RwsetInit[number] {
    const helper = new RangeQueryResultsHelper();
    for (const result of results) helper.add(result);
    const { reads, summary } = helper.done();
    const last = results.at(-1)?.key ?? '';
    return {
      namespace: 'ns',
      rangeQueriesInfo: [
        {
          startKey: start,
          endKey: exhausted ? end : last,
          itrExhausted: exhausted,
          readsInfo:
            summary === null
              ? { case: 'rawReads', value: { kvReads: reads.map((read: KeyRead) => readMessage(read)) } }
              : {
                  case: 'readsMerkleHashes',
                  value: { ...summary, maxLevelHashes: [...summary.maxLevelHashes] },
                },
        },
      ],
    };
  }

  async function collect(results: AsyncIterable<VersionedKey>): Promise<VersionedKey[]> {
    const all: VersionedKey[] = [];
    for await (const result of results) all.push(result);
    return all;
  }

  const keys = (count: number): Record<string, Version> =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`k${String(i).padStart(5, '0')}`, at(BigInt(i + 1))]),
    );

  it.each([0, 1, 49, 50, 51, 52, 102, 2600])(
    '%s results: any key more, less or other is a phantom',
    async (count) => {
      const state = stateOf(keys(count));
      const set = rwset(query('', '', await collect(state.range('ns', '', '')), true));
      expect(await judge(set, new BlockOverlay(state, BLOCK))).toBe('VALID');
      const changes: RwsetInit[number][] = [writing('k00000x'), writing('j'), writing('z')];
      if (count > 0) {
        changes.push(writing('k00000'), { namespace: 'ns', writes: [{ key: 'k00000', isDelete: true }] });
        changes.push({ namespace: 'ns', metadataWrites: [{ key: 'k00000' }] });
      }
      for (const change of changes) {
        const overlay = new BlockOverlay(state, BLOCK);
        await overlay.apply(rwset(change), 0);
        expect(await judge(set, overlay)).toBe('PHANTOM_READ_CONFLICT');
      }
    },
  );

  it('what lies behind the last key that was read does not matter, that key does', async () => {
    const state = stateOf(keys(20));
    const seen = (await collect(state.range('ns', 'k00003', ''))).slice(0, 5);
    const set = rwset(query('k00003', '', seen, false));
    const after = async (change: RwsetInit[number]): Promise<string> => {
      const overlay = new BlockOverlay(state, BLOCK);
      await overlay.apply(rwset(change), 0);
      return judge(set, overlay);
    };
    expect(await after(writing('k00007x'))).toBe('VALID');
    expect(await after(writing('k00002'))).toBe('VALID');
    expect(await after(writing('k00007'))).toBe('PHANTOM_READ_CONFLICT');
    expect(await after({ namespace: 'ns', writes: [{ key: 'k00007', isDelete: true }] })).toBe(
      'PHANTOM_READ_CONFLICT',
    );
    expect(await after(writing('k00006x'))).toBe('PHANTOM_READ_CONFLICT');
  });

  it('a summary of impossible degree is a phantom, not a crash', async () => {
    const readsInfo = { case: 'readsMerkleHashes' as const, value: { maxDegree: 1, maxLevel: 1 } };
    const set = rwset({ namespace: 'ns', rangeQueriesInfo: [{ itrExhausted: true, readsInfo }] });
    expect(await judge(set, new BlockOverlay(stateOf({}), BLOCK))).toBe('PHANTOM_READ_CONFLICT');
  });

  it(
    'ranges over state and block are those of the state after the block',
    async () => {
      const key = fc.constantFrom('', 'a', 'aa', 'b', 'c', '\uffff', '\u{10000}', 'd');
      const live = fc.constantFrom('a', 'aa', 'b', 'c', '\uffff', '\u{10000}', 'd');
      const change = fc.record({ key: live, kind: fc.constantFrom('put', 'delete', 'restamp') });
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(live),
          fc.array(change),
          key,
          key,
          async (committed, changes, start, end) => {
            const state = stateOf(Object.fromEntries(committed.map((name) => [name, at(1n)])));
            const expected = new Map(committed.map((name) => [name, at(1n)]));
            const overlay = new BlockOverlay(state, BLOCK);
            for (const [txNum, { key: name, kind }] of changes.entries()) {
              const set =
                kind === 'restamp'
                  ? { namespace: 'ns', metadataWrites: [{ key: name }] }
                  : {
                      namespace: 'ns',
                      writes: [{ key: name, isDelete: kind === 'delete', value: utf8('w') }],
                    };
              await overlay.apply(rwset(set), txNum);
              if (kind === 'delete') expected.delete(name);
              else if (kind === 'put' || expected.has(name)) expected.set(name, at(BLOCK, txNum));
              // Ranges between changes must not leave anything stale behind.
              await collect(overlay.range('ns', start, end));
            }
            const inRange = [...expected]
              .filter(([name]) => compareUtf8(name, start) >= 0 && (end === '' || compareUtf8(name, end) < 0))
              .sort(([a], [b]) => compareUtf8(a, b));
            expect(await collect(overlay.range('ns', start, end))).toEqual(
              inRange.map(([name, version]) => ({ key: name, version })),
            );
          },
        ),
        { numRuns },
      );
    },
    timeout,
  );
});
