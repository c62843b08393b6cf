import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { rm, truncate, writeFile, readFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeAttestationBody,
  decodeEventLeaf,
  decodeHead,
  encodeStateTrieEntry,
  encodeHead,
  eventPath,
  PlainTrie,
  sha256,
  stateTrieKey,
  toHex,
  traceTrieKey,
  utf8,
  verifyEvents,
  verifyTrieProof,
  type TrieChange,
} from '@cotrace/core';
import { FindKeySchema, type FindKey } from '../gen/cotrace/cotrace_pb.js';
import { create, fromBinary } from '@bufbuild/protobuf';
import { CycleMarksSchema, SnapshotNoteSchema } from '../gen/cotrace/store_pb.js';
import { codeOf } from '../testing/codes.js';
import { SilentLog } from '../testing/silent-log.js';
import { TestBusinessNode } from '../testing/test-business-node.js';
import { TestChain } from '../testing/test-chain.js';
import { TEST_TRIE, TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import { headOfEvents, replayedEvents } from '../testing/replayed-events.js';
import { definition, put, transaction, type TestWrite } from '../testing/transactions.js';
import { loadTrie } from '../trie/snapshot.js';
import { findAll } from './find.js';
import { KEPT_CYCLES } from './limits.js';

// Other work on the machine must not fail a test.
jest.setTimeout(60_000);

const C = 2;
const BLOCKS = 2 * (KEPT_CYCLES + 3);
const DOMAINS = ['goods', 'retail'];
const [R1, R2] = ['1'.repeat(64), '2'.repeat(64)];
const MARKS = [`mark/A ${R1}`, `mark/A ${R2}`, `mark/ä ${R1}`, 'mark/A'];
const NAMES = ['a', 'b', 'c', 'trace/A', 'trace/B', 'trace/ä', 'rec/1', ...MARKS];
const TRACES = ['A', 'B', 'ä'];
const MVCC_READ_CONFLICT = 11;

let network: TestNetwork;
let chain: TestChain;
let folders = 0;
const opened: TestMaster[] = [];

beforeAll(async () => {
  network = await TestNetwork.create({ domains: DOMAINS });
  chain = new TestChain(network);
  chain.add(DOMAINS.map((name) => definition(network, name)));
  for (let block = 0; block < BLOCKS; block++) addBlock(block);
});

afterAll(async () => {
  for (const master of opened) await master.close();
  await network.remove();
});

/**
 * A block in which keys come, change, get other metadata and go, in one domain or in both, written once or more often, in valid
 * transactions of several organisations and others.
 */
function addBlock(block: number): void {
  const draw = (what: string, limit: number) => (sha256(utf8(`${block}/${what}`))[0] ?? 0) % limit;
  const codes: number[] = [];
  const envelopes: Uint8Array[] = [];
  const last = draw('txs', 4);
  for (let tx = 0; tx <= last; tx++) {
    const code = draw(`code ${tx}`, 6) === 0 ? MVCC_READ_CONFLICT : 0;
    const sets = DOMAINS.filter((domain, i) => i === 0 || draw(`both ${tx} ${domain}`, 2) === 0).map(
      (domain) => {
        const names = NAMES.filter((name) => draw(`writes ${tx} ${domain} ${name}`, 3) === 0);
        const value = (name: string) =>
          draw(`gone ${tx} ${domain} ${name}`, 3) === 0 ? null : `${block} ${tx} ${name}`;
        // Colluding endorsers write a key more than once: twice is no put, three times is one.
        const writes = names.flatMap((name) => {
          const times = Math.max(1, draw(`times ${tx} ${domain} ${name}`, 7) - 3);
          return Array.from({ length: times }, (_, i): TestWrite => {
            const first = value(name);
            return [name, i === 0 || first === null ? first : `${first} ${i}`];
          });
        });
        // A policy that is written earlier in a block makes later writes of the key invalid.
        const metadata = NAMES.filter(
          (name) => tx === last && draw(`metadata ${tx} ${domain} ${name}`, 4) === 0,
        );
        return [domain, { writes, metadata }] as const;
      },
    );
    const { client } = network.organisation(draw(`client ${tx}`, 3));
    const { envelope } = transaction(network, {
      chaincode: 'goods',
      rwset: Object.fromEntries(sets),
      client,
    });
    codes.push(code);
    envelopes.push(envelope);
  }
  chain.add(envelopes, codes);
}

async function openMaster(folder = `trie${folders++}`, threads = 1): Promise<TestMaster> {
  const trie = { ...TEST_TRIE, threads };
  const master = await TestMaster.open(network, 0, folder, { checkingHeight: C, trie });
  opened.push(master);
  return master;
}

async function close(master: TestMaster): Promise<void> {
  opened.splice(opened.indexOf(master), 1);
  await master.close();
}

const bodyOf = (master: TestMaster, blockNum: bigint) => toHex(master.attestation(blockNum).body);
const rootOf = (master: TestMaster, blockNum: bigint) =>
  decodeAttestationBody(master.attestation(blockNum).body).trieRoot;
const stateKey = (domain: string, key: string) =>
  create(FindKeySchema, { what: { case: 'state', value: { domain, key } } });
const traceKey = (traceId: string) => create(FindKeySchema, { what: { case: 'traceId', value: traceId } });

const everyKey: readonly (readonly [FindKey, Uint8Array])[] = [
  ...DOMAINS.flatMap((domain) =>
    [...NAMES, 'never'].map((name) => [stateKey(domain, name), stateTrieKey(domain, name)] as const),
  ),
  ...[...TRACES, 'never'].map((id) => [traceKey(id), traceTrieKey(id)] as const),
];

describe('the trie of a master', () => {
  it('holds the entries that the business nodes of all domains hold, and the heads of all traces', async () => {
    const masters = await Promise.all(
      [0, 1, 2].map((index) => TestMaster.open(network, index, `all${index}`)),
    );
    for (const master of masters) await master.follow(chain);
    const events = replayedEvents(chain);
    expect([...events.keys()].sort()).toEqual([...TRACES].sort());
    const changes: TrieChange[] = [...events].map(([id, all]) => ({
      key: traceTrieKey(id),
      value: encodeHead(headOfEvents(all)),
    }));
    for (const domain of DOMAINS) {
      const node = await TestBusinessNode.start(network, {
        folder: `node ${domain}`,
        domain,
        origins: masters.map((master) => master.origin(domain)),
        sources: masters.map((master) => master.source),
      });
      await node.until(() => node.height === chain.height);
      for await (const { key, entry } of node.store.range(domain, '', '')) {
        if (entry.deleted) continue;
        const { value, blockNum, txNum, verNum } = entry;
        changes.push({
          key: stateTrieKey(domain, key),
          value: encodeStateTrieEntry({ valueHash: sha256(value), blockNum, txNum, verNum }),
        });
      }
      await node.stop();
    }
    const oracle = new PlainTrie();
    await oracle.apply(changes);
    const { root } = await oracle.commit();
    for (const master of masters) {
      expect(toHex(rootOf(master, chain.height - 1n))).toBe(toHex(root));
      await master.close();
    }
    expect(changes.length).toBeGreaterThan(8);
  });

  it('has the events of every trace beside it, with the nodes that lead to its head', async () => {
    const master = await openMaster();
    await master.follow(chain);
    let organisations = 0;
    for (const [traceId, all] of replayedEvents(chain)) {
      const traceKey = traceTrieKey(traceId);
      const proof = await master.ledger.read((trie) => trie.prove(traceKey));
      const value = verifyTrieProof({ root: rootOf(master, chain.height - 1n), key: traceKey, proof });
      const head = decodeHead(value ?? new Uint8Array());
      for (const { mspId, count } of head) {
        const leaves = await master.store.events.leaves({ traceKey, mspId }, 0, count);
        expect(leaves.map(decodeEventLeaf)).toEqual(all.filter((event) => event.mspId === mspId));
        for (const indices of [[0], [count - 1], leaves.map((_, i) => i).filter((i) => i % 3 === 1)]) {
          const path = eventPath(count, indices, master.store.events.nodes({ traceKey, mspId }));
          const events = indices.map((index) => ({ index, leaf: leaves[index] ?? new Uint8Array() }));
          expect(verifyEvents(traceId, head, { mspId, events, path })).toHaveLength(indices.length);
        }
        expect(await codeOf(() => master.store.events.leaves({ traceKey, mspId }, 0, count + 1))).toBe(
          'EVENTS_DAMAGED',
        );
        organisations += 1;
      }
    }
    expect(organisations).toBeGreaterThan(6);
  });

  it('is the same on one thread and on many', async () => {
    const large = new TestChain(network);
    large.add([definition(network, 'goods')]);
    for (let block = 0; block < 3; block++) {
      const names = Array.from({ length: 1500 }, (_, i) => `${(i * (block + 1)) % 2000}`);
      const value = (name: string) => (Number(name) % 5 === block ? null : `${block}`);
      const writes = Object.fromEntries(names.map((name) => [name, value(name)]));
      large.add([put(network, 'goods', writes)]);
    }
    const [one, many] = [await openMaster('one', 1), await openMaster('many', 3)];
    for (const master of [one, many]) await master.follow(large);
    for (let blockNum = 0n; blockNum < large.height; blockNum++)
      expect(bodyOf(many, blockNum)).toBe(bodyOf(one, blockNum));
  });
});

describe('find', () => {
  let master: TestMaster;
  /** The entries of all keys, as they were when each block was the last. */
  const seen = new Map<bigint, (string | null)[]>();

  const findAt = async (blockNum: bigint | null) => {
    const reply = await findAll(
      master.ledger,
      C,
      everyKey.map(([key]) => key),
      blockNum,
    );
    const root = rootOf(master, reply.blockNum);
    return {
      reply,
      entries: reply.found.map(({ proof }, i) => {
        const value = verifyTrieProof({ root, key: everyKey[i]?.[1] ?? new Uint8Array(), proof });
        return value === null ? null : toHex(value);
      }),
    };
  };

  beforeAll(async () => {
    master = await openMaster();
    const partial = new TestChain(network);
    for (let blockNum = 0n; blockNum < chain.height; blockNum++) {
      if (blockNum > 0n) partial.adopt(chain.block(blockNum));
      // All cycles are sealed, so that old ones are let go.
      const marks = create(CycleMarksSchema, { sealed: blockNum / BigInt(C) });
      await master.store.amend((batch) => master.store.checking.putMarks(batch, marks));
      await master.follow(partial);
      seen.set(blockNum, (await findAt(null)).entries);
    }
  });

  it('proves under the newest root what is there and what is not, with the values', async () => {
    const { reply, entries } = await findAt(null);
    expect(reply.blockNum).toBe(chain.height - 1n);
    expect(entries).toContain(null);
    for (const [i, { value }] of reply.found.entries()) {
      const entry = entries[i] ?? null;
      if (value !== undefined) expect(entry?.startsWith(toHex(sha256(value)))).toBe(true);
    }
    expect(reply.found.filter(({ value }) => value !== undefined).length).toBeGreaterThan(3);
  });

  it('proves under the roots at the ends of the last cycles what was there then', async () => {
    const newest = (chain.height - 1n) / BigInt(C);
    for (let back = 0; back < KEPT_CYCLES; back++) {
      const blockNum = (newest - BigInt(back)) * BigInt(C);
      expect((await findAt(blockNum)).entries).toEqual(seen.get(blockNum));
    }
  });

  it('says by code what it cannot prove', async () => {
    const newest = (chain.height - 1n) / BigInt(C);
    const asked = (blockNum: bigint) => codeOf(() => findAt(blockNum));
    expect(await asked((newest - BigInt(KEPT_CYCLES)) * BigInt(C))).toBe('CYCLE_PRUNED');
    expect(await asked((newest - 1n) * BigInt(C) + 1n)).toBe('BAD_REQUEST');
    expect(await asked(chain.height)).toBe('NOT_FOUND');
    const many = Array.from({ length: 101 }, () => stateKey('goods', 'a'));
    expect(await codeOf(() => findAll(master.ledger, C, many, null))).toBe('BAD_REQUEST');
    expect(await codeOf(() => findAll(master.ledger, C, [create(FindKeySchema)], null))).toBe('BAD_REQUEST');
  });
});

describe('a master that starts again', () => {
  const half = () => {
    const first = new TestChain(network);
    for (let blockNum = 1n; blockNum < chain.height / 2n; blockNum++) first.adopt(chain.block(blockNum));
    return first;
  };
  const snapshot = (folder: string) => join(network.folder(folder), 'state.trie');

  /** Opens what is in the folder and follows to the end; the attestations are those of a master that never stopped. */
  const goesOn = async (folder: string) => {
    const reference = opened.find(({ feed }) => feed.height === chain.height) ?? (await openMaster());
    await reference.follow(chain);
    const master = await openMaster(folder);
    await master.follow(chain);
    for (let blockNum = 0n; blockNum < chain.height; blockNum++)
      expect(bodyOf(master, blockNum)).toBe(bodyOf(reference, blockNum));
    await close(master);
  };

  const stopped = async (folder: string) => {
    const master = await openMaster(folder);
    await master.follow(half());
    await close(master);
  };

  it('goes on from its snapshot to the same roots', async () => {
    await stopped('snapshot');
    await goesOn('snapshot');
  });

  it('goes on from an older snapshot and the blocks above it', async () => {
    await stopped('older');
    await cp(snapshot('older'), network.folder('kept'));
    const master = await openMaster('older');
    await master.follow(chain);
    await close(master);
    await cp(network.folder('kept'), snapshot('older'));
    await goesOn('older');
  });

  it.each([
    ['without a snapshot', (path: string) => rm(path)],
    ['with one cut off', (path: string) => truncate(path, 5000)],
    [
      'with one in which a byte is another',
      async (path: string) => {
        const bytes = await readFile(path);
        bytes[6000] = (bytes[6000] ?? 0) ^ 1;
        await writeFile(path, bytes);
      },
    ],
  ])('goes on from its blocks, %s', async (title, damage) => {
    await stopped(title);
    await damage(snapshot(title));
    await goesOn(title);
  });

  it('goes on from its blocks where the snapshot is of another chain', async () => {
    const fork = new TestChain(network);
    for (let block = 0; block < 3; block++) fork.add([put(network, 'goods', { forked: String(block) })]);
    const other = await openMaster('fork');
    await other.follow(fork);
    await close(other);
    await stopped('forked');
    await cp(snapshot('fork'), snapshot('forked'));
    await goesOn('forked');
  });

  it('has a snapshot of while it ran, after many changes, and one that is killed goes on from it', async () => {
    const large = new TestChain(network);
    large.add([definition(network, 'goods')]);
    const writes = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`key ${i}`, 'value']));
    large.add([put(network, 'goods', writes)]);
    large.add([put(network, 'goods', { 'key 7': null })]);
    const trie = { ...TEST_TRIE, saveAfter: 300 };
    const master = await TestMaster.open(network, 0, 'running', { checkingHeight: C, trie });
    opened.push(master);
    await master.follow(large);
    // What is read waits for the snapshot.
    await master.ledger.read(() => undefined);
    await cp(network.folder('running'), network.folder('copied'), { recursive: true });
    const warnings = jest.spyOn(SilentLog.prototype, 'warn');
    const copy = await TestMaster.open(network, 0, 'copied', { checkingHeight: C, trie });
    opened.push(copy);
    expect(warnings).not.toHaveBeenCalled();
    warnings.mockRestore();
    const note = loadTrie(snapshot('copied'), trie.bytes)?.note ?? new Uint8Array();
    expect(fromBinary(SnapshotNoteSchema, note).blockNum).toBe(2n);
    const root = await copy.ledger.read(({ root }) => toHex(root));
    expect(root).toBe(toHex(rootOf(master, 3n)));
  });

  it('does not where its store is older than its snapshot', async () => {
    await stopped('ahead');
    const path = network.folder('saved');
    await cp(snapshot('ahead'), path);
    await rm(network.folder('ahead'), { recursive: true });
    const master = await openMaster('ahead');
    const short = new TestChain(network);
    short.adopt(chain.block(1n));
    await master.follow(short);
    await close(master);
    await cp(path, snapshot('ahead'));
    expect(await codeOf(() => openMaster('ahead'))).toBe('SNAPSHOT_AHEAD');
  });

  it('does not where its snapshot is another master’s', async () => {
    await stopped('own');
    const other = await TestMaster.open(network, 1, 'other', { checkingHeight: C });
    opened.push(other);
    await other.follow(half());
    await close(other);
    await cp(snapshot('other'), snapshot('own'));
    expect(await codeOf(() => openMaster('own'))).toBe('WRONG_STORE');
  });

  it('does not where its blocks do not lead to the root that it attested', async () => {
    const master = await openMaster('damaged');
    await master.follow(half());
    const { checkpoint, block, envelopes } = blockOfNothing(master);
    await master.store.append({
      checkpoint,
      block,
      envelopes,
      heads: [],
      attestation: master.attestation(1n),
      trie: { cycle: 1n, oldest: 0n, nodes: [], keys: [], events: [] },
      putChecking: () => undefined,
    });
    await close(master);
    await rm(snapshot('damaged'), { force: true });
    expect(await codeOf(() => openMaster('damaged'))).toBe('TRIE_ROOT');
  });

  /** A next block that says nothing, as damage may leave one. */
  function blockOfNothing(master: TestMaster) {
    const before = master.store.checkpoint();
    if (before === null) throw new TypeError('nothing was followed');
    const blockNum = before.number + 1n;
    const block = { ...master.store.block(before.number), number: blockNum, transactions: [] };
    return { checkpoint: { ...before, number: blockNum }, block, envelopes: [] };
  }
});

describe('a master whose trie is full', () => {
  it('stops with an error that names the ceiling, and attests no more', async () => {
    const master = await TestMaster.open(network, 0, 'full', {
      trie: { ...TEST_TRIE, bytes: (44 << 20) + (256 << 10) },
    });
    opened.push(master);
    const full = new TestChain(network);
    full.add([definition(network, 'goods')]);
    for (let block = 0; block < 6; block++) {
      const names = Array.from({ length: 500 }, (_, i) => [`${block}/${i}`, 'value'] as const);
      full.add([put(network, 'goods', Object.fromEntries(names))]);
    }
    await expect(master.follow(full)).rejects.toThrow(
      expect.objectContaining({
        code: 'TRIE_FULL',
        detail: expect.objectContaining({ keys: expect.any(Number) }),
      }),
    );
    const { height } = master.feed;
    expect(master.store.checkpoint()?.number).toBe(height - 1n);
    expect(master.ledger.isBroken).toBe(true);
    expect(await codeOf(() => master.follow(full))).toBe('TRIE_FULL');
    expect(await codeOf(() => findAll(master.ledger, C, [], null))).toBe('TRIE_FULL');
    expect(await codeOf(() => master.store.attestation(height))).toBe('NOT_FOUND');
  });
});
