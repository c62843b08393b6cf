import { create, toBinary } from '@bufbuild/protobuf';
import { fromUtf8, utf8 } from '@cotrace/core';
import { decodeRwset, ledger as rwsets, type NamespaceRwset } from '@cotrace/fabric-model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestChannel } from './testing/test-channel.js';
import type { KeyChange, Ledger, PageRequest, Simulator } from './types.js';

let channel: TestChannel;
let ledger: Ledger;

const EMOJI = 'k\u{1F33E}';
const HANGUL_FULLWIDTH = 'k\uFFE6';

beforeAll(async () => {
  channel = await TestChannel.create();
  ledger = await channel.open();
  await channel.define(ledger);
  // Block 2.
  await commit((s) => {
    for (let i = 0; i < 120; i++) s.put('goods', `n${String(i).padStart(3, '0')}`, utf8(String(i)));
    for (const key of [EMOJI, HANGUL_FULLWIDTH, 'a', 'b']) s.put('goods', key, utf8(key));
  });
});
afterAll(async () => {
  await ledger.close();
  channel.remove();
});

type Run = (simulator: Simulator) => void | Promise<void>;

async function commit(run: Run, timestamp?: Date): Promise<void> {
  const envelope = await channel.simulate(ledger, run, timestamp && { timestamp });
  const block = await ledger.commit([envelope], channel.signBlock);
  expect(block.transactions.map(({ code }) => code)).toEqual([0]);
}

/** Read-write set of a simulation that is not committed. */
async function recorded(run: Run): Promise<Uint8Array> {
  const simulator = ledger.simulator('tx');
  try {
    await run(simulator);
    return simulator.results();
  } finally {
    await simulator.close();
  }
}

async function goods(run: Run): Promise<NamespaceRwset> {
  const [set, ...others] = decodeRwset(await recorded(run));
  if (set === undefined || others.length > 0) throw new Error('not exactly one namespace');
  return set;
}

async function scan(s: Simulator, start: string, end: string, limit = Infinity, page?: PageRequest) {
  const cursor = s.range('goods', start, end, page);
  const keys: string[] = [];
  while (keys.length < limit) {
    const entry = await cursor.next();
    if (entry === null) break;
    keys.push(entry.key);
  }
  return { cursor, keys };
}

async function historyOf(s: Simulator, key: string): Promise<KeyChange[]> {
  const cursor = s.history('goods', key);
  const changes: KeyChange[] = [];
  for (let change = await cursor.next(); change !== null; change = await cursor.next()) changes.push(change);
  return changes;
}

const refused = (message: string) => expect.objectContaining({ code: 'SIMULATION_REFUSED', message });

describe('Simulator', () => {
  it('records reads once, writes as the last one left them, both sorted by their bytes', async () => {
    const bytes = await recorded((s) => {
      for (const key of [EMOJI, 'a', HANGUL_FULLWIDTH, 'absent', 'a']) s.get('goods', key);
      s.put('zeta', 'k', utf8('1'));
      s.put('goods', EMOJI, utf8('first'));
      s.put('goods', 'b', utf8('2'));
      s.put('goods', HANGUL_FULLWIDTH, utf8('3'));
      s.put('goods', EMOJI, utf8('last'));
      s.del('goods', 'a');
    });
    const version = { blockNum: 2n, txNum: 0n };
    const expected = toBinary(
      rwsets.KVRWSetSchema,
      create(rwsets.KVRWSetSchema, {
        reads: [
          { key: 'a', version },
          { key: 'absent' },
          { key: HANGUL_FULLWIDTH, version },
          { key: EMOJI, version },
        ],
        writes: [
          { key: 'a', isDelete: true },
          { key: 'b', value: utf8('2') },
          { key: HANGUL_FULLWIDTH, value: utf8('3') },
          { key: EMOJI, value: utf8('last') },
        ],
      }),
    );
    const other = toBinary(
      rwsets.KVRWSetSchema,
      create(rwsets.KVRWSetSchema, { writes: [{ key: 'k', value: utf8('1') }] }),
    );
    const set = create(rwsets.TxReadWriteSetSchema, {
      nsRwset: [
        { namespace: 'goods', rwset: expected },
        { namespace: 'zeta', rwset: other },
      ],
    });
    expect(bytes).toEqual(toBinary(rwsets.TxReadWriteSetSchema, set));
  });

  it('has an empty read-write set where nothing was touched', async () => {
    expect(await recorded(() => undefined)).toHaveLength(0);
  });

  it('does not read its own writes', async () => {
    await recorded((s) => {
      s.put('goods', 'a', utf8('changed'));
      s.del('goods', 'b');
      expect(s.get('goods', 'a')).toEqual(utf8('a'));
      expect(s.get('goods', 'b')).toEqual(utf8('b'));
    });
  });

  it('takes an empty value for a deletion', async () => {
    const { writes } = await goods((s) => s.put('goods', 'a', new Uint8Array()));
    expect(writes).toMatchObject([{ key: 'a', isDelete: true }]);
  });

  it('sees one state, whatever is committed meanwhile', async () => {
    await commit((s) => s.put('goods', 'moving', utf8('1')));
    const simulator = ledger.simulator('tx');
    const cursor = simulator.range('goods', 'moving', 'movinh');
    await commit((s) => {
      s.put('goods', 'moving', utf8('2'));
      s.put('goods', 'moving2', utf8('new'));
    });
    expect(simulator.height).toBe(ledger.height - 1n);
    expect(simulator.get('goods', 'moving')).toEqual(utf8('1'));
    expect(await cursor.next()).toEqual({ key: 'moving', value: utf8('1') });
    expect(await cursor.next()).toBeNull();
    expect(await historyOf(simulator, 'moving')).toHaveLength(1);
    await simulator.close();
  });

  it('records metadata writes sorted by name, and reads of metadata as reads', async () => {
    const { reads, metadataWrites } = await goods((s) => {
      expect(s.getMetadata('goods', 'a')).toEqual(new Map());
      s.putMetadata(
        'goods',
        'a',
        new Map([
          ['z', utf8('1')],
          ['b', utf8('2')],
        ]),
      );
      s.putMetadata('goods', 'b', new Map());
    });
    expect(reads).toEqual([{ key: 'a', version: { blockNum: 2n, txNum: 0 } }]);
    expect(metadataWrites).toMatchObject([
      { key: 'a', entries: [{ name: 'b' }, { name: 'z' }] },
      { key: 'b', entries: [] },
    ]);
  });

  it('gives its result once, and nothing after it was closed', async () => {
    const simulator = ledger.simulator('tx');
    simulator.results();
    expect(() => simulator.results()).toThrow(
      refused('this function should only be called once on a transaction simulator instance'),
    );
    await simulator.close();
    await simulator.close();
    const done = refused('this instance should not be used after calling Done()');
    expect(() => simulator.get('goods', 'a')).toThrow(done);
    expect(() => simulator.put('goods', 'a', utf8('1'))).toThrow(done);
    expect(() => simulator.range('goods', '', '')).toThrow(done);
    expect(() => simulator.history('goods', 'a')).toThrow(done);
  });

  it('refuses private data and rich queries in the words of Fabric', async () => {
    await recorded((s) => {
      expect(() => s.privateData('goods', 'secret')).toThrow(
        refused('collection main/goods/secret could not be found'),
      );
      expect(() => s.query('goods', '{}')).toThrow(refused('ExecuteQuery not supported for leveldb'));
      expect(() => s.query('goods', '{}', { size: 2, bookmark: '' })).toThrow(
        refused('ExecuteQueryWithMetadata not supported for leveldb'),
      );
    });
  });
});

describe('implicit collections, which Fabric has on every channel', () => {
  it('are refused as not emulated, not as unknown', async () => {
    const collection = '_implicit_org_Org1MSP';
    await recorded((s) => {
      for (const refusal of [
        () => s.privateData('goods', collection),
        () => s.privateDataHash('goods', collection),
      ]) {
        expect(refusal).toThrow(refused(`private data is not emulated: collection ${collection} of goods`));
      }
    });
  });
});

describe('ranges of a simulator', () => {
  it('go in the order of UTF-8 bytes, the start included, the end not, within the namespace', async () => {
    await recorded(async (s) => {
      expect((await scan(s, 'a', 'n')).keys).toEqual([
        'a',
        'b',
        HANGUL_FULLWIDTH,
        EMOJI,
        'moving',
        'moving2',
      ]);
      expect((await scan(s, 'n118', '')).keys).toEqual(['n118', 'n119']);
      expect((await scan(s, '', 'b')).keys).toEqual(['a']);
      expect((await scan(s, 'n', 'b')).keys).toEqual([]);
      expect((await scan(s, '', '')).keys).toHaveLength(126);
    });
  });

  it('are recorded to the end where that was reached, else to the last key given', async () => {
    const { rangeQueries } = await goods(async (s) => {
      await scan(s, 'a', 'c');
      await scan(s, 'a', 'c', 1);
      await scan(s, 'x', 'z');
      await scan(s, 'a', 'c', 2);
    });
    const a = { key: 'a', version: { blockNum: 2n, txNum: 0 } };
    const b = { ...a, key: 'b' };
    expect(rangeQueries).toEqual([
      { startKey: 'a', endKey: 'c', exhausted: true, reads: [a, b], summary: null },
      { startKey: 'a', endKey: 'a', exhausted: false, reads: [a], summary: null },
      { startKey: 'x', endKey: 'z', exhausted: true, reads: [], summary: null },
      { startKey: 'a', endKey: 'b', exhausted: false, reads: [a, b], summary: null },
    ]);
  });

  it('are recorded once where they are the same, and as not in the reads', async () => {
    const { rangeQueries, reads } = await goods(async (s) => {
      await scan(s, 'a', 'c');
      await scan(s, 'a', 'c');
    });
    expect(rangeQueries).toHaveLength(1);
    expect(reads).toEqual([]);
  });

  it('turn into a summary from 51 results on', async () => {
    const { rangeQueries } = await goods(async (s) => {
      await scan(s, 'n', 'o', 50);
      await scan(s, 'n', 'o', 51);
      await scan(s, 'n', 'o');
    });
    expect(rangeQueries.map(({ reads }) => reads.length)).toEqual([50, 0, 0]);
    expect(rangeQueries.map(({ summary }) => summary?.maxLevelHashes.length)).toEqual([undefined, 1, 3]);
  });

  it('survive being left open', async () => {
    const simulator = ledger.simulator('tx');
    await scan(simulator, 'n', 'o', 1);
    simulator.range('goods', '', '');
    await simulator.close();
  });
});

describe('pages of a simulator', () => {
  it('end after their size with the next key as bookmark, the last one with none', async () => {
    await recorded(async (s) => {
      const first = await scan(s, 'n', 'n003', 2, { size: 2, bookmark: '' });
      expect(first.keys).toEqual(['n000', 'n001']);
      const bookmark = await first.cursor.bookmarkAndClose();
      expect(bookmark).toBe('n002');
      const second = await scan(s, 'n', 'n003', 2, { size: 2, bookmark });
      expect(second.keys).toEqual(['n002']);
      expect(await second.cursor.bookmarkAndClose()).toBe('');
    });
  });

  it('are recorded as far as they went', async () => {
    const { rangeQueries } = await goods(async (s) => {
      await (await scan(s, 'n', 'o', 2, { size: 2, bookmark: '' })).cursor.bookmarkAndClose();
      await (await scan(s, 'n', 'o', 2, { size: 2, bookmark: 'n118' })).cursor.bookmarkAndClose();
      await scan(s, 'n', 'o', 5, { size: 5, bookmark: 'n118' });
    });
    expect(rangeQueries).toMatchObject([
      { startKey: 'n', endKey: 'n001', exhausted: false },
      { startKey: 'n118', endKey: 'n119', exhausted: false },
      { startKey: 'n118', endKey: 'o', exhausted: true },
    ]);
  });

  it('are no pages without size and bookmark, and endless ones with a bookmark alone', async () => {
    await recorded(async (s) => {
      expect((await scan(s, 'n', 'o', Infinity, { size: 0, bookmark: 'n110' })).keys).toHaveLength(10);
    });
    await recorded(async (s) => {
      s.put('goods', 'x', utf8('1'));
      expect((await scan(s, 'n', 'o', Infinity, { size: 0, bookmark: '' })).keys).toHaveLength(120);
    });
  });

  it('and writes exclude each other, in both orders', async () => {
    const page = { size: 1, bookmark: '' };
    await recorded((s) => {
      s.range('goods', '', '', page);
      const message =
        'txid [tx]: unsuppored transaction. Transaction has already performed a paginated query. Writes are not allowed';
      expect(() => s.put('goods', 'a', utf8('1'))).toThrow(refused(message));
      expect(() => s.del('goods', 'a')).toThrow(refused(message));
      expect(() => s.putMetadata('goods', 'a', new Map())).toThrow(refused(message));
    });
    await recorded((s) => {
      s.put('goods', 'a', utf8('1'));
      expect(() => s.range('goods', '', '', page)).toThrow(
        refused(
          'txid [tx]: unsuppored transaction. Paginated queries are supported only in a read-only transaction',
        ),
      );
    });
  });
});

describe('history of a simulator', () => {
  it('is newest first, with deletions and the time of the client, and without metadata writes', async () => {
    const time = new Date('2026-02-03T04:05:06.789Z');
    await commit((s) => s.put('goods', 'h', utf8('1')), time);
    await commit((s) => s.putMetadata('goods', 'h', new Map([['note', utf8('x')]])));
    await commit((s) => s.del('goods', 'h'));
    await commit((s) => s.put('goods', 'h', utf8('2')));
    await commit((s) => s.put('goods', 'h2', utf8('other')));
    const { reads, rangeQueries, writes } = await goods(async (s) => {
      s.put('goods', 'h', utf8('pending'));
      const changes = await historyOf(s, 'h');
      expect(changes.map(({ value, isDelete }) => [fromUtf8(value), isDelete])).toEqual([
        ['2', false],
        ['', true],
        ['1', false],
      ]);
      const [newest, , oldest] = changes;
      expect(oldest?.timestamp).toEqual({
        seconds: BigInt(time.getTime() - 789) / 1000n,
        nanos: 789_000_000,
      });
      expect(newest && ledger.transaction(newest.txId)).toMatchObject({
        blockNum: newest?.blockNum,
        txNum: newest?.txNum,
      });
    });
    expect([reads, rangeQueries, writes.length]).toEqual([[], [], 1]);
  });

  it('is empty for keys without writes, and keeps keys and namespaces apart', async () => {
    await recorded(async (s) => {
      expect(await historyOf(s, 'nothing')).toEqual([]);
      expect(await s.history('good', 'sh').next()).toBeNull();
      expect(await s.history('goodsh', '').next()).toBeNull();
    });
  });
});
