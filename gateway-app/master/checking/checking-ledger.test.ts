import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  decodeCheckingHeader,
  encodeCheckingHeader,
  encodePartLeaf,
  lateKey,
  partKey,
  sha256,
  utf8,
  type CheckingHeader,
} from '@cotrace/core';
import { StoredCycleSchema } from '../../gen/cotrace/store_pb.js';
import { openDatabase, type Store } from '../../node/store.js';
import { checkingBlock } from '../../testing/checking-block.js';
import { seal, type SealParts } from '../../testing/seals.js';
import type { Log } from '../../node/log.js';
import { SilentLog } from '../../testing/silent-log.js';
import { TestChain } from '../../testing/test-chain.js';
import { TestMaster } from '../../testing/test-master.js';
import { TestNetwork } from '../../testing/test-network.js';
import { definition, put } from '../../testing/transactions.js';
import { Configurations } from '../configurations.js';
import { CheckingLedger } from './checking-ledger.js';

// Other work on the machine must not fail a test.
jest.setTimeout(60_000);

const C = 2;
const MVCC_READ_CONFLICT = 11;

let network: TestNetwork;
let chain: TestChain;
let master: TestMaster;
let checking: CheckingLedger;
let folders = 0;
let blockNum = 0n;

beforeAll(async () => {
  network = await TestNetwork.create({ domains: ['goods'] });
  chain = new TestChain(network);
  chain.add([definition(network, 'goods')]);
  for (let i = 2; i <= 9; i++) chain.add([put(network, 'goods', { a: String(i) })]);
});

afterAll(() => network.remove());

beforeEach(async () => {
  blockNum = 0n;
  master = await open(`checking ${folders++}`);
  await master.follow(chain);
  checking = ledgerOf(master);
});

afterEach(() => master.close());

const open = (folder: string) => TestMaster.open(network, 0, folder, { checkingHeight: C });
const ledgerOf = ({ ledger, store }: TestMaster, log: Log = new SilentLog()) =>
  new CheckingLedger(
    {
      ledger,
      configurations: new Configurations(store),
      channel: 'checking',
      c: C,
      checkpoint: null,
      t2Ms: 30_000,
      log,
    },
    0,
  );

const headerOf = (n: bigint, of = master): Uint8Array => of.store.cycles.need(n).header;
const changed = (n: bigint, members: Partial<CheckingHeader>, header = headerOf(n)): Uint8Array =>
  encodeCheckingHeader({ ...decodeCheckingHeader(header), ...members });

/** Opens the store of a master that is closed and changes it. */
async function withStore(folder: string, change: (store: Store) => Promise<void>): Promise<void> {
  const store = await openDatabase(folder);
  await change(store);
  await store.close();
}

/** The transaction that seals headers, endorsed by the first two organisations, a quorum. */
function sealOf(headers: readonly Uint8Array[], parts: Partial<SealParts> = {}): Uint8Array {
  const [one, two] = network.organisations.map(({ peer }) => peer);
  if (one === undefined || two === undefined) throw new RangeError('there are three organisations');
  return seal({ headers, client: network.organisation(2).client, endorsers: [one, two], ...parts });
}

/** Has the next block of the channel taken in. */
async function take(
  envelopes: readonly Uint8Array[],
  codes: readonly number[] = [],
  of = checking,
): Promise<void> {
  const number = blockNum++;
  await of.take(checkingBlock(number, envelopes, network.genesis, codes), Number(number) * 1000);
}

const marks = (of = checking) => [of.recorded.checkNum, of.sealed.checkNum];

describe('what a master makes of the checking channel', () => {
  it('cycles are recorded where the transaction is valid, and sealed where it proves them', async () => {
    await take([sealOf([headerOf(1n)])]);
    expect(marks()).toEqual([1n, 1n]);
    await take([sealOf([headerOf(2n)])], [MVCC_READ_CONFLICT]);
    expect(marks()).toEqual([1n, 2n]);
    await take([sealOf([headerOf(2n)])]);
    expect(marks()).toEqual([2n, 2n]);
    expect(checking.recorded.sinceMs).toBe(2000);
    expect(checking.sealed.sinceMs).toBe(1000);
    const { creator, endorsers } = master.store.checking.seal(1n) ?? {};
    expect([creator, endorsers]).toEqual(['Org3MSP', ['Org1MSP', 'Org2MSP']]);
  });

  it('a header that is committed with too few endorsements is recorded alone, until it is sealed again', async () => {
    const [one] = network.organisations.map(({ peer }) => peer);
    await take([sealOf([headerOf(1n)], { endorsers: one === undefined ? [] : [one, one] })]);
    expect(marks()).toEqual([1n, 0n]);
    await take([sealOf([headerOf(2n)])]);
    expect([...marks(), ...checking.sealedBeyond(4n)]).toEqual([2n, 0n, 2n]);
    await take([sealOf([headerOf(1n)])]);
    expect(marks()).toEqual([2n, 2n]);
  });

  it('a header that is recorded before an earlier one is known to be', async () => {
    await take([sealOf([headerOf(2n)])]);
    expect([...marks(), ...checking.recordedBeyond(4n)]).toEqual([0n, 0n, 2n]);
    await take([sealOf([headerOf(1n)])]);
    expect([...marks(), ...checking.recordedBeyond(4n)]).toEqual([2n, 2n]);
  });

  it('several cycles are sealed by one transaction', async () => {
    await take([sealOf([headerOf(1n), headerOf(2n), headerOf(3n)])]);
    expect(marks()).toEqual([3n, 3n]);
  });

  it('nothing else proves anything', async () => {
    const { peers } = network;
    const clients = network.organisations.map(({ client }) => client);
    await take(
      [
        utf8('garbage'),
        put(network, 'goods', { a: '1' }),
        sealOf([headerOf(1n)], { endorsers: [] }),
        sealOf([headerOf(1n)], { endorsers: clients }),
        sealOf([headerOf(1n)], { endorsers: peers, channel: 'main' }),
        sealOf([headerOf(1n)], { endorsers: peers, ran: 'anchor' }),
        sealOf([changed(1n, { networkId: sha256(utf8('other')) })], { endorsers: peers }),
        sealOf([changed(1n, { bodyRoot: sha256(utf8('other')) })], { endorsers: peers.slice(0, 1) }),
      ],
      [1, 1, 1, 1, 1, 1, 1, 1],
    );
    expect(marks()).toEqual([0n, 0n]);
    for (const n of [1n, 2n]) expect(await master.store.checking.conflicts(n)).toEqual([]);
  });

  it('what a quorum sealed and this master did not compute is kept, and moves nothing', async () => {
    await take([sealOf([changed(1n, { bodyRoot: sha256(utf8('other')) })])], [MVCC_READ_CONFLICT]);
    expect(marks()).toEqual([0n, 0n]);
    expect(await master.store.checking.conflicts(1n)).toHaveLength(1);
    expect(await checking.divergence()).toEqual({ checkNum: 1n, fields: ['bodyRoot'], parts: [] });
    await take([sealOf([headerOf(1n)])]);
    expect(marks()).toEqual([1n, 1n]);
    expect(await checking.divergence()).toBeNull();
  });

  it('who endorsed two headers of a cycle is named, whichever comes first', async () => {
    const log: Log = new SilentLog();
    const said: string[] = [];
    jest.spyOn(log, 'often').mockImplementation((_level, _kind, message) => {
      said.push(message);
    });
    const of = ledgerOf(master, log);
    const [one, two, three] = network.organisations.map(({ peer }) => peer);
    if (one === undefined || two === undefined || three === undefined)
      throw new RangeError('there are three organisations');
    const other = (n: bigint) =>
      sealOf([changed(n, { bodyRoot: sha256(utf8('other')) })], { endorsers: [two, three] });
    for (const envelope of [sealOf([headerOf(1n)]), other(1n), other(2n), sealOf([headerOf(2n)])]) {
      await take([envelope], [], of);
    }
    expect(said).toEqual([
      'endorsed two headers of cycle 1: Org2MSP',
      'endorsed two headers of cycle 2: Org2MSP',
    ]);
  });

  it('what was computed from damaged rank trees is computed again once a quorum has sealed something else', async () => {
    const honest = headerOf(1n);
    const { folder } = master.store;
    await master.close();
    const damaged = changed(1n, { bodyRoot: sha256(utf8('damaged')) }, honest);
    await withStore(folder, async (store) => {
      const key = `cycle/${'1'.padStart(16, '0')}`;
      const row = fromBinary(StoredCycleSchema, (await store.get(key)) ?? new Uint8Array());
      await store.put(key, toBinary(StoredCycleSchema, { ...row, header: damaged }));
    });
    master = await open(folder.slice(network.dir.length + 1));
    checking = ledgerOf(master);
    await take([sealOf([honest])]);
    expect([...marks(), await checking.divergence()]).toEqual([
      1n,
      0n,
      { checkNum: 1n, fields: ['bodyRoot'], parts: [] },
    ]);
    await master.ledger.remakeCycles();
    await checking.judge(5000);
    expect([...marks(), await checking.divergence()]).toEqual([1n, 1n, null]);
    expect(headerOf(1n)).toEqual(honest);
  });

  it('the parts that differ are named, as far as they are recorded', async () => {
    const partOf = (domain: string, hpart: Uint8Array, named = domain) => ({
      namespace: 'checking',
      writes: [[partKey(1n, named), encodePartLeaf({ domain, hpart })] as const],
    });
    const own = master.store.cycles.need(1n).parts.find(({ domain }) => domain === 'goods');
    const other = sha256(utf8('other'));
    const recorded = [
      partOf('goods', own?.hpart ?? other),
      partOf('retail', other),
      partOf('goods', other, 'transport'),
    ];
    await take(recorded.map((set) => sealOf([headerOf(1n)], { sets: [set], endorsers: [] })));
    await take([sealOf([changed(1n, { trieRoot: other, bodyRoot: other })])]);
    const named = { checkNum: 1n, fields: ['bodyRoot', 'trieRoot'], parts: ['retail'] };
    expect(await checking.divergence()).toEqual(named);
    expect(await ledgerOf(master).divergence()).toEqual(named);
    await take([sealOf([headerOf(1n)])]);
    expect(await master.store.checking.parts(1n)).toEqual([]);
  });

  it('seals of cycles to come wait until their headers are computed, over a start too', async () => {
    const behind = await open(`behind ${folders++}`);
    const half = new TestChain(network);
    for (let block = 1n; block <= 5n; block += 1n) half.adopt(chain.block(block));
    await behind.follow(half);
    const early = ledgerOf(behind);
    const all = [1n, 2n, 3n, 4n].map((n) => headerOf(n));
    await take([sealOf(all), sealOf([headerOf(4n)], { endorsers: [] })], [0, 1], early);
    expect(marks(early)).toEqual([4n, 2n]);
    const again = ledgerOf(behind);
    expect(marks(again)).toEqual([4n, 2n]);
    await behind.follow(chain);
    await again.judge(7000);
    expect(marks(again)).toEqual([4n, 4n]);
    expect(again.sealed.sinceMs).toBe(7000);
    for (const n of [3n, 4n]) expect(await behind.store.checking.candidates(n)).toEqual([]);
    await behind.close();
  });

  it('reports are those of valid transactions', async () => {
    const report = (kind: 'warning' | 'penalty', mspId: unknown) => {
      const value = utf8(JSON.stringify({ attempt: 3, cycle: '1', kind, mspId }));
      const sets = [{ namespace: 'checking', writes: [[lateKey(1n, 3, kind), value] as const] }];
      return sealOf([headerOf(1n)], { sets });
    };
    await take([report('warning', 'Org2MSP'), report('penalty', 'Org2MSP')], [0, MVCC_READ_CONFLICT]);
    await take([report('penalty', 7)]);
    expect(await master.store.checking.late(1n)).toEqual([{ attempt: 3, kind: 'warning', mspId: 'Org2MSP' }]);
    expect(marks()).toEqual([0n, 0n]);
  });

  it('continues after a start where it was', async () => {
    await take([sealOf([headerOf(1n)])]);
    const { folder } = master.store;
    await master.close();
    master = await open(folder.slice(network.dir.length + 1));
    checking = ledgerOf(master);
    expect(marks()).toEqual([1n, 1n]);
    expect(master.store.checking.checkpoint()?.number).toBe(0n);
    await take([sealOf([headerOf(2n)])]);
    expect(marks()).toEqual([2n, 2n]);
  });
});
