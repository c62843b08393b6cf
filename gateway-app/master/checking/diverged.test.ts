import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { decodeCheckingHeader, encodeCheckingHeader, sha256, utf8, type CheckingHeader } from '@cotrace/core';
import { Master } from '../../gen/cotrace/cotrace_pb.js';
import { StoredCycleSchema } from '../../gen/cotrace/store_pb.js';
import type { RunningNode } from '../../node/node-config.js';
import { openDatabase } from '../../node/store.js';
import { codeOf } from '../../testing/codes.js';
import { seal } from '../../testing/seals.js';
import { until } from '../../testing/test-business-node.js';
import { TestChain } from '../../testing/test-chain.js';
import { peerOf, TestConsortium } from '../../testing/test-consortium.js';
import { TestMaster } from '../../testing/test-master.js';
import { definition, put } from '../../testing/transactions.js';
import { startMaster } from '../master-node.js';

// Other work on the machine must not fail a test.
jest.setTimeout(60_000);

const C = 2;
const OTHER = sha256(utf8('other'));

const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);

let consortium: TestConsortium;
let checking: TestChain;
let honest: TestMaster;
let node: RunningNode | null = null;
/** The master of a test: each has its own. */
let name = '';

beforeAll(async () => {
  consortium = await TestConsortium.create({ domains: ['goods'], checkingHeight: C });
  const { network, chain } = consortium;
  chain.add([definition(network, 'goods')]);
  chain.add([put(network, 'goods', { a: '2' })]);
  honest = await TestMaster.open(network, 2);
  await honest.follow(chain);
});

afterAll(async () => {
  await honest.close();
  await consortium.close();
  stderr.mockRestore();
});

afterEach(() => stop());

async function start(): Promise<void> {
  const { chain } = consortium;
  node = await startMaster(
    consortium.configOf(name),
    consortium.consortium,
    (terms, _identity, _tls, channel) => peerOf(channel === terms.channels.main.name ? chain : checking),
  );
}

async function stop(): Promise<void> {
  await node?.stop();
  node = null;
}

const statusOf = () => consortium.connection('org3.client', name).call(Master.method.status, {});
const cyclesOf = () => consortium.connection('org3.client', name).call(Master.method.checkingStatus, {});
const reaches = (height: bigint) =>
  until(
    async () => (await statusOf()).height === height,
    () => `height ${height}`,
  );

/** Starts a master with a store in which header 1 has other members than what follows from main. */
async function startDamaged(of: string, members: Partial<CheckingHeader>): Promise<void> {
  name = of;
  const { network, chain } = consortium;
  checking = new TestChain({ orderer: network.orderer, genesis: network.checkingGenesis });
  await start();
  await reaches(chain.height);
  await stop();
  const store = await openDatabase(consortium.configOf(name).storeDir);
  const key = `cycle/${'1'.padStart(16, '0')}`;
  const row = fromBinary(StoredCycleSchema, (await store.get(key)) ?? new Uint8Array());
  const header = encodeCheckingHeader({ ...decodeCheckingHeader(row.header), ...members });
  await store.put(key, toBinary(StoredCycleSchema, { ...row, header }));
  await store.close();
  await start();
}

/** Has header 1 sealed by a quorum of honest members. */
function sealFirst(): void {
  const [client] = consortium.network.organisations.map((organisation) => organisation.client);
  if (client === undefined) throw new RangeError('there are organisations');
  const header = honest.store.cycles.need(1n).header;
  checking.add([seal({ headers: [header], client, endorsers: consortium.network.peers.slice(1) })]);
}

describe('a master whose header of a cycle a quorum did not seal', () => {
  it('continues where its parts alone differed, with rank trees that it made again', async () => {
    await startDamaged('org1.master', { bodyRoot: OTHER });
    sealFirst();
    await until(
      async () => (await cyclesOf()).sealed === 1n,
      () => 'cycle 1 is not sealed',
    );
    expect([(await statusOf()).state, (await cyclesOf()).diverged]).toEqual(['following', '']);
    consortium.chain.add([put(consortium.network, 'goods', { a: '3' })]);
    await reaches(consortium.chain.height);
  });

  it('attests nothing more where its state trie differed, says why, and does so after a start too', async () => {
    await startDamaged('org2.master', { trieRoot: OTHER });
    const { height } = consortium.chain;
    sealFirst();
    const isDiverged = () =>
      until(
        async () => (await statusOf()).state === 'diverged',
        () => 'it is not diverged',
      );
    const attestsNothing = async () => {
      expect((await statusOf()).reason).toContain('cycle 1, in trieRoot');
      expect((await cyclesOf()).diverged).toContain('trieRoot');
      const tip = () => consortium.connection('org3.client', name).call(Master.method.freshness, {});
      expect(await codeOf(tip)).toBe('DIVERGED');
      expect((await statusOf()).height).toBe(height);
    };
    await isDiverged();
    consortium.chain.add([put(consortium.network, 'goods', { a: '4' })]);
    await attestsNothing();
    await stop();
    checking = new TestChain({
      orderer: consortium.network.orderer,
      genesis: consortium.network.checkingGenesis,
    });
    await start();
    expect((await statusOf()).state).toBe('diverged');
    await attestsNothing();
  });
});
