import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { leafHash, decodeAttestationBody, toHex, verifyInclusion } from '@cotrace/core';
import { capture, type TestTrace } from '../testing/records.js';
import { TestChain } from '../testing/test-chain.js';
import { TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import { definition, put } from '../testing/transactions.js';
import { walkTrace, type FindTransaction } from './trace-walk.js';

jest.setTimeout(30_000);

const MVCC_READ_CONFLICT = 11;

let network: TestNetwork;
let chain: TestChain;
let master: TestMaster;
let folders = 0;
/** Transaction ids that were looked for, and where each is. */
let asked: string[];
let places: Map<string, bigint>;

beforeAll(async () => {
  network = await TestNetwork.create();
});

beforeEach(async () => {
  if (folders > 0) await master.close();
  chain = new TestChain(network);
  master = await TestMaster.open(network, 0, `walked${folders++}`);
  chain.add([definition(network, 'goods'), definition(network, 'retail')]);
  asked = [];
  places = new Map();
});

afterAll(async () => {
  await master.close();
  await network.remove();
});

const find: FindTransaction = (txId) => {
  asked.push(txId);
  return Promise.resolve(places.get(txId) ?? null);
};

/** Captures a record of `A` in a block of its own; returns its transaction's id and the block's hash. */
function add(label: string, trace: Partial<TestTrace>, domain = 'goods'): { txId: string; hash: string } {
  const traces = [{ id: 'A', role: 'subject' as const, ver: 1, ...trace }];
  const { envelope, txId } = capture(network, { label, domain, traces });
  const block = chain.add([put(network, 'retail', { other: label }), envelope]);
  places.set(txId, block.number);
  return { txId, hash: toHex(block.headerHash) };
}

/** Block and mark of every record that the walk finds, newest first. */
async function walked(domain = 'goods', traceId = 'A'): Promise<[number, boolean][]> {
  await master.follow(chain);
  const found: [number, boolean][] = [];
  for await (const transaction of walkTrace(master.store, domain, traceId, find)) {
    const { blockNum, txNum, txTotal, envelope, inclusionProof, wrongHint } = transaction;
    expect(envelope).toEqual(chain.block(blockNum).envelopes[txNum]);
    const leaf = master.store.block(blockNum).transactions[txNum]?.leaf ?? new Uint8Array();
    const { txRoot: root } = decodeAttestationBody(master.attestation(blockNum).body);
    verifyInclusion({ index: txNum, size: txTotal, leafHash: leafHash(leaf), proof: inclusionProof, root });
    found.push([Number(blockNum), wrongHint]);
  }
  return found;
}

describe('the walk along a trace', () => {
  it('goes from the newest record to the first by the hints, asking nobody', async () => {
    const first = add('r1', {});
    add('x', { id: 'B' });
    const second = add('r2', { ver: 2, preTraceTxId: first.txId, preTraceHash: first.hash });
    add('r3', { ver: 3, preTraceTxId: second.txId, preTraceHash: second.hash });
    expect(await walked()).toEqual([
      [5, false],
      [4, false],
      [2, false],
    ]);
    expect(asked).toEqual([]);
  });

  it('keeps domains apart', async () => {
    add('r1', {});
    add('r2', {}, 'retail');
    expect([await walked('goods'), await walked('retail'), await walked('nowhere')]).toEqual([
      [[2, false]],
      [[3, false]],
      [],
    ]);
    expect(await master.store.tracedDomains()).toEqual(['goods', 'retail']);
  });

  it.each([
    ['of another block', (wrong: string) => wrong],
    ['of no block', () => 'ff'.repeat(32)],
    ['that is none', () => 'soon'],
  ])('marks a record with a hint %s and finds the one before by its id', async (_title, hint) => {
    const other = add('x', { id: 'B' });
    const first = add('r1', {});
    const second = add('r2', { ver: 2, preTraceTxId: first.txId, preTraceHash: hint(other.hash) });
    add('r3', { ver: 3, preTraceTxId: second.txId, preTraceHash: second.hash });
    expect(await walked()).toEqual([
      [5, false],
      [4, true],
      [3, false],
    ]);
    expect(asked).toEqual([first.txId]);
  });

  it('ends at a record before which the ledger knows nothing', async () => {
    add('r2', { ver: 2, preTraceTxId: 'ab'.repeat(32) });
    expect(await walked()).toEqual([[2, true]]);
  });

  it('never goes in circles, whatever the rows say', async () => {
    const { txId: itself } = capture(network, { label: 'loop', traces: [] });
    const { txId } = add('loop', { ver: 2, preTraceTxId: itself });
    expect(txId).toBe(itself);
    expect(await walked()).toEqual([[2, true]]);
  });

  it('never goes forward', async () => {
    const later = capture(network, { label: 'later', traces: [] }).txId;
    const first = add('r1', { ver: 2, preTraceTxId: later });
    add('later', { ver: 3, preTraceTxId: first.txId, preTraceHash: first.hash });
    expect(await walked()).toEqual([
      [3, false],
      [2, true],
    ]);
  });

  it('takes rows that are no JSON as the end, and values that are deleted as none', async () => {
    chain.add([put(network, 'goods', { 'trace/A': '{not json' })]);
    expect(await walked()).toEqual([[2, false]]);
    chain.add([put(network, 'goods', { 'trace/A': null })]);
    expect(await walked()).toEqual([[2, false]]);
  });

  it('begins at rows that a transaction leaves, by the effect of all its writes, and never at marks', async () => {
    const row = JSON.stringify({ preTraceTxId: 'ab'.repeat(32), preTraceHash: null });
    const key = 'trace/A';
    for (const writes of [
      [[key, row] as const, [key, null] as const],
      [[key, row] as const, [key, '{}'] as const],
      [[`mark/A ${'1'.repeat(64)}`, row] as const],
    ]) {
      chain.add([put(network, 'goods', writes)]);
    }
    expect(await walked()).toEqual([]);
    chain.add([
      put(network, 'goods', [
        [key, '{}'],
        [key, '{}'],
        [key, row],
      ]),
    ]);
    expect(await walked()).toEqual([[5, true]]);
  });

  it('does not see invalid transactions', async () => {
    const { envelope } = capture(network, { label: 'r1', traces: [{ id: 'A', role: 'subject', ver: 1 }] });
    chain.add([envelope], [MVCC_READ_CONFLICT]);
    expect(await walked()).toEqual([]);
  });

  it('takes identifiers as they are, slashes and all', async () => {
    add('r1', { id: 'https://id.gs1.org/01/09521234500049/10/2' });
    expect(await walked('goods', 'https://id.gs1.org/01/09521234500049/10/2')).toEqual([[2, false]]);
    expect(await walked('goods', 'https://id.gs1.org/01/09521234500049')).toEqual([]);
  });
});
