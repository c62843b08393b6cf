import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256, toHex, VALID } from '@cotrace/core';
import { BLOCK_METADATA, peer, transactionsFilter, type Block } from '@cotrace/fabric-model';
import { nodeVerifier, openLedger } from '@cotrace/network';
import { DrivenNodes } from './driven-nodes.js';
import { generatedBlocks } from './generated-blocks.js';
import type { Workload } from './ledger-call.js';
import { readLedgerFile, writeLedgerFile } from './ledger-file.js';
import { LedgerNetwork } from './ledger-network.js';
import { ACTS, plainWorkload, type PlainSetting } from './plain-workload.js';
import { StoredLedger, type LedgerPlan } from './stored-ledger.js';
import { storiesAtATime, tracedId, traceWorkload, type TraceSetting } from './trace-workload.js';

const DOMAINS = ['goods', 'retail'];
const MIXED: PlainSetting = {
  seed: 5,
  domains: DOMAINS,
  perBlock: 12,
  phases: [
    { blocks: 4, mix: { create: 1 } },
    { blocks: 12, mix: { create: 2, update: 3, remove: 2, policy: 1, call: 2, collide: 1 } },
  ],
  quietEvery: 5,
  valueBytes: 120,
  digits: 40,
};
const TRACED: TraceSetting = {
  domains: DOMAINS,
  perBlock: 6,
  blocks: 9,
  density: 0.5,
  length: 4,
  bifurcation: 2,
  shape: 'many-to-one',
};

let dir: string;
let network: LedgerNetwork;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cotrace-generated-'));
  network = await LedgerNetwork.create({ dir: join(dir, 'network'), domains: DOMAINS, checkingHeight: 4 });
});
afterAll(() => rm(dir, { recursive: true, force: true }));

let folders = 0;
const folder = (): string => join(dir, `folder${folders++}`);
const blocksOf = (workload: Workload, seed = 1): AsyncGenerator<Block> =>
  generatedBlocks(network, workload, { seed, scratch: folder() });

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const workloads: [string, () => Workload, number][] = [
  ['of plain keys', () => plainWorkload(network, MIXED), 18],
  ['of traces that join', () => traceWorkload(network, TRACED), 12],
  ['of traces that split', () => traceWorkload(network, { ...TRACED, shape: 'one-to-many' }), 12],
  ['of traces of one product', () => traceWorkload(network, { ...TRACED, bifurcation: 1 }), 12],
];

describe.each(workloads)('a generated ledger %s', (_, workload, height) => {
  it('comes out byte by byte when the embedded network orders and validates its transactions', async () => {
    const [genesis, ...blocks] = await all(blocksOf(workload()));
    expect(blocks).toHaveLength(height - 1);
    const ledger = await openLedger({
      dir: folder(),
      channelId: 'main',
      genesisBlock: genesis?.bytes ?? new Uint8Array(),
      verifier: nodeVerifier,
    });
    for (const { number, envelopes, metadata, bytes } of blocks) {
      const signatures = metadata[BLOCK_METADATA.signatures] ?? new Uint8Array();
      const committed = await ledger.commit(envelopes, () => signatures);
      expect([number, toHex(sha256(committed.bytes))]).toEqual([number, toHex(sha256(bytes))]);
    }
    await ledger.close();
  });

  it('is accepted by masters and business nodes, which come to equal digests', async () => {
    const open = (organisation: number) =>
      DrivenNodes.open(network.test, { folder: `nodes${folders++}`, domains: DOMAINS, organisation });
    const driven = [await open(0), await open(1)];
    for await (const { bytes } of blocksOf(workload())) {
      for (const nodes of driven) await nodes.take(bytes);
    }
    for (const nodes of driven) await nodes.caughtUp();
    const digests = await Promise.all(
      driven.map(async ({ master, nodes }) => ({
        attested: toHex(master.attestation(BigInt(height - 1)).body),
        parts: nodes.map(({ rank }) => toHex(rank.digest())),
        states: await Promise.all(nodes.map(({ store }, i) => store.digest(DOMAINS[i] ?? ''))),
        refused: nodes.flatMap(({ refused }) => refused),
      })),
    );
    expect(digests[1]).toEqual(digests[0]);
    expect(digests[0]).toMatchObject({
      refused: [],
      states: DOMAINS.map(() => ({ height: BigInt(height) })),
    });
    for (const nodes of driven) await nodes.close();
  });

  it('is the same for the same seed, and another one for another', async () => {
    const hashes = async (seed: number) =>
      (await all(blocksOf(workload(), seed))).map(({ bytes }) => toHex(sha256(bytes)));
    const first = await hashes(1);
    expect(await hashes(1)).toEqual(first);
    expect((await hashes(2)).slice(1).filter((hash, i) => hash === first[i + 1])).toEqual([]);
  });
});

describe('a generated ledger of plain keys', () => {
  it('holds every kind of act, invalid transactions and quiet blocks', async () => {
    const named: string[] = [];
    const workload = plainWorkload(network, MIXED);
    const watched: Workload = {
      ...workload,
      *blocks(view) {
        for (const calls of workload.blocks(view)) {
          named.push(...calls.map(({ args: [name = ''] }) => name));
          yield calls;
        }
      },
    };
    const blocks = await all(blocksOf(watched));
    expect(new Set(named)).toEqual(new Set([...ACTS.filter((act) => act !== 'collide'), 'put']));
    const codes = new Set(blocks.flatMap((block) => [...transactionsFilter(block)]));
    expect(codes).toEqual(new Set([VALID, peer.TxValidationCode.MVCC_READ_CONFLICT]));
    expect(blocks.map(({ envelopes }) => envelopes.length)).toEqual([
      1, 3, 12, 12, 12, 1, 12, 12, 12, 12, 1, 12, 12, 12, 12, 1, 12, 12,
    ]);
  });

  it('is refused by a master where a byte of it is another one', async () => {
    const nodes = await DrivenNodes.open(network.test, { folder: `nodes${folders++}`, domains: [] });
    const blocks = await all(blocksOf(plainWorkload(network, MIXED)));
    for (const { bytes } of blocks.slice(0, 3)) await nodes.take(bytes);
    const { bytes, envelopes } = blocks[3] ?? { bytes: new Uint8Array(), envelopes: [] };
    const [envelope = new Uint8Array()] = envelopes;
    const at = Buffer.from(bytes).indexOf(envelope);
    for (const place of [at + 100, at + envelope.length - 1]) {
      const altered = Uint8Array.from(bytes);
      altered[place] = (altered[place] ?? 0) ^ 1;
      await expect(nodes.take(altered)).rejects.toMatchObject({ code: 'DATA_HASH' });
    }
    await nodes.take(bytes);
    await nodes.close();
  });
});

describe('a generated ledger of traces', () => {
  it('has each story event by event, in a chain of rows where a domain sees its product again', async () => {
    const setting: TraceSetting = { ...TRACED, domains: ['goods'], bifurcation: 1, density: 0.2 };
    expect(storiesAtATime(setting)).toBe(1);
    const nodes = await DrivenNodes.open(network.test, { folder: `nodes${folders++}`, domains: ['goods'] });
    for await (const { bytes } of blocksOf(traceWorkload(network, setting))) await nodes.take(bytes);
    await nodes.caughtUp();
    const [node] = nodes.nodes;
    const versions = [0, 1, 2].map((story) => {
      const row = node?.value(`trace/${tracedId(setting, story, 0)}`) ?? '{}';
      return (JSON.parse(row) as { ver: number }).ver;
    });
    expect(versions).toEqual([4, 4, 1]);
    await nodes.close();
  });
});

describe('the file of a ledger', () => {
  it('gives the blocks that were written, however they lie in the portions that are read', async () => {
    const path = folder();
    const large = { ...MIXED, valueBytes: 20_000 };
    const blocks = await all(blocksOf(plainWorkload(network, large)));
    expect(await writeLedgerFile(path, blocksOf(plainWorkload(network, large)))).toEqual({
      blocks: blocks.length,
      bytes: (await stat(path)).size,
    });
    expect((await stat(path)).size).toBeGreaterThan(3 << 20);
    const read = await all(readLedgerFile(path));
    expect(read.map(({ bytes }) => toHex(sha256(bytes)))).toEqual(
      blocks.map(({ bytes }) => toHex(sha256(bytes))),
    );
  });

  it('says so where it ends within a block', async () => {
    const path = folder();
    await writeLedgerFile(path, blocksOf(traceWorkload(network, TRACED)));
    await writeFile(path, (await readFile(path)).subarray(0, -7));
    await expect(all(readLedgerFile(path))).rejects.toMatchObject({ code: 'TRUNCATED_BLOCK_FILE' });
  });
});

describe('a ledger in a folder', () => {
  const plan: LedgerPlan = {
    organisations: 2,
    checkingHeight: 4,
    seed: 3,
    plain: { ...MIXED, phases: [{ blocks: 3, mix: { create: 1 } }] },
  };

  it('is made once, and refused to another plan', async () => {
    const place = folder();
    const made = await StoredLedger.open(place, plan);
    expect(made.size).toMatchObject({ blocks: 5, transactions: 1 + 3 + 3 * 12 });
    const first = await all(made.blocks());
    const opened = await StoredLedger.open(place, plan);
    expect(opened.size).toEqual(made.size);
    expect((await all(opened.blocks())).map(({ bytes }) => toHex(sha256(bytes)))).toEqual(
      first.map(({ bytes }) => toHex(sha256(bytes))),
    );
    await expect(StoredLedger.open(place, { ...plan, seed: 4 })).rejects.toThrow('another plan');
  });

  it('is made anew where the last attempt did not come to its end', async () => {
    const place = folder();
    await StoredLedger.open(place, plan);
    await rm(join(place, 'ledger.json'));
    await writeFile(join(place, 'blocks'), 'half');
    const ledger = await StoredLedger.open(place, plan);
    expect(await all(ledger.blocks())).toHaveLength(5);
  });
});
