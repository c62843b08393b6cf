import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { anchorKey, checkingHeaderHash, decodeCheckingHeader, sha256, toHex, utf8 } from '@cotrace/core';
import { TestChain } from '../../testing/test-chain.js';
import { TestMaster } from '../../testing/test-master.js';
import { TestNetwork } from '../../testing/test-network.js';
import { replayedHeaders } from '../../testing/replayed-cycles.js';
import {
  configuration,
  definition,
  put,
  transaction,
  withQuorumPolicy,
  type TestRwset,
} from '../../testing/transactions.js';
import { openDatabase } from '../../node/store.js';

// Other work on the machine must not fail a test.
jest.setTimeout(120_000);

const C = 4;
const BLOCKS = 60;
const DOMAINS = ['goods', 'retail', 'transport'];
const NAMES = ['a', 'b', 'c', 'd', 'ä/1', 'rec/1'];
const MVCC_READ_CONFLICT = 11;

let network: TestNetwork;
let chain: TestChain;
let master: TestMaster;

beforeAll(async () => {
  network = await TestNetwork.create({ domains: DOMAINS });
  chain = new TestChain(network);
  chain.add(DOMAINS.map((name) => definition(network, name)));
  master = await open('first');
  for (let block = 0; block < BLOCKS; block++) {
    addBlock(block);
    await master.follow(chain);
  }
});

afterAll(async () => {
  await master.close();
  await network.remove();
});

const open = (folder: string) => TestMaster.open(network, 0, folder, { checkingHeight: C });

const draw = (what: string, limit: number) => (sha256(utf8(what))[0] ?? 0) % limit;

/**
 * A block of one to three transactions, some invalid, that put, delete, and write metadata and policies of keys in one to three
 * domains; or one that is quiet, holds anchors, a definition or a configuration.
 */
function addBlock(block: number): void {
  const kind = draw(`kind ${block}`, 12);
  if (kind === 0) {
    chain.add([definition(network, 'goods', { sequence: BigInt(block + 2) })]);
  } else if (kind === 1) {
    chain.add([configuration(network, withQuorumPolicy(2 + (block % 2)), BigInt(block + 1))]);
  } else if (kind < 4) {
    chain.add(anchors(block), [0, draw(`invalid anchor ${block}`, 2) * MVCC_READ_CONFLICT]);
  } else {
    const count = 1 + draw(`count ${block}`, 3);
    const envelopes = Array.from({ length: count }, (_, tx) =>
      randomTransaction(`${block} ${tx}`, tx === count - 1),
    );
    chain.add(
      envelopes,
      envelopes.map((_, tx) => (draw(`code ${block} ${tx}`, 6) === 0 ? MVCC_READ_CONFLICT : 0)),
    );
  }
}

/** Puts of an anchor that is right, of one that is not, and of one of a cycle to come. */
function anchors(block: number): Uint8Array[] {
  const count = master.ledger.chain?.count ?? 0n;
  const of = (checkNum: bigint): Uint8Array => {
    const header = master.store.cycles.header(checkNum);
    return header === null ? sha256(utf8('to come')) : checkingHeaderHash(header);
  };
  const older = count - BigInt(draw(`older ${block}`, 2));
  const right = older < 1n ? 1n : older;
  return [
    put(network, 'anchor', { [anchorKey(right)]: of(right), [anchorKey(count + 1n)]: of(count + 1n) }),
    put(network, 'anchor', {
      [anchorKey(count + 2n)]: sha256(utf8('garbage')),
      [`${anchorKey(1n)}0`]: of(1n),
    }),
  ];
}

function randomTransaction(seed: string, isLast: boolean): Uint8Array {
  const sets = DOMAINS.filter(
    (domain, i) => i === draw(`main ${seed}`, 3) || draw(`also ${seed} ${domain}`, 3) === 0,
  );
  const rwset = sets.map((domain): readonly [string, TestRwset] => {
    const chosen = (what: string, of: number) =>
      NAMES.filter((name) => draw(`${what} ${seed} ${domain} ${name}`, of) === 0);
    const writes = Object.fromEntries(
      chosen('write', 3).map((name) => [
        name,
        draw(`gone ${seed} ${domain} ${name}`, 3) === 0 ? null : `${seed} ${name}`,
      ]),
    );
    const policies = Object.fromEntries(
      (isLast ? chosen('policy', 4) : []).map((name) => [
        name,
        draw(`who ${seed} ${name}`, 2) === 0 ? 'Org1MSP' : 'Org2MSP',
      ]),
    );
    const metadata = isLast ? chosen('metadata', 5).filter((name) => policies[name] === undefined) : [];
    return [domain, { writes, metadata, policies }];
  });
  return transaction(network, { chaincode: sets[0] ?? 'goods', rwset: Object.fromEntries(rwset) }).envelope;
}

const headersOf = ({ ledger, store }: TestMaster): string[] =>
  Array.from({ length: Number(ledger.chain?.count ?? 0n) }, (_, i) =>
    toHex(store.cycles.need(BigInt(i + 1)).header),
  );

/** Headers as their hashes, which are shorter to compare. */
const hashesOf = (one: TestMaster): string[] => headersOf(one).map((hex) => toHex(sha256(utf8(hex))));

const expected = (): string[] =>
  replayedHeaders(chain, master, network.terms.networkId, C).map((header) => toHex(header));

/** Opens the store of a master that is closed and changes it. */
async function damaged(
  folder: string,
  change: (store: Awaited<ReturnType<typeof openDatabase>>) => Promise<void>,
) {
  const store = await openDatabase(network.folder(folder));
  await change(store);
  await store.close();
}

describe('the cycles of a master', () => {
  it('have the headers that whole blocks lead to', () => {
    const headers = headersOf(master);
    expect(headers).toEqual(expected());
    const decoded = headers.map((hex) => decodeCheckingHeader(Buffer.from(hex, 'hex')));
    expect(new Set(decoded.map(({ anchored }) => anchored)).size).toBeGreaterThan(2);
    expect(new Set(decoded.map(({ membership }) => toHex(membership))).size).toBeGreaterThan(1);
    expect(decoded.at(-1)?.parts).toBe(DOMAINS.length + 2);
  });

  it('go on where they were after a start, at every block', async () => {
    const folder = 'stop and go';
    const until = new TestChain(network);
    for (let block = 1n; block < chain.height; block += 1n) {
      until.adopt(chain.block(block));
      const again = await open(folder);
      await again.follow(until);
      await again.close();
    }
    const last = await open(folder);
    expect(hashesOf(last)).toEqual(hashesOf(master));
    await last.close();
  });

  it('are made of the blocks in a store from before there were any', async () => {
    const folder = 'from before';
    const older = await open(folder);
    const half = new TestChain(network);
    for (let block = 1n; block < chain.height / 2n; block += 1n) half.adopt(chain.block(block));
    await older.follow(half);
    await older.close();
    await damaged(folder, async (store) => {
      for (const prefix of [
        'rank/',
        'ranks',
        'cycle/',
        'open-cycle',
        'history-peaks',
        'lifecycle/',
        'policy/',
        'anchored/',
      ]) {
        await store.clear({ gte: prefix, lt: `${prefix}~` });
        await store.del(prefix);
      }
    });
    const upgraded = await open(folder);
    expect(hashesOf(upgraded)).toEqual(hashesOf(master).slice(0, hashesOf(upgraded).length));
    await upgraded.follow(chain);
    expect(hashesOf(upgraded)).toEqual(hashesOf(master));
    await upgraded.close();
  });

  it.each(['rank/goods/', 'rank/_lifecycle/'])(
    'come right again where pages under %s are damaged',
    async (prefix) => {
      const folder = `damage ${prefix.replaceAll('/', ' ')}`;
      const other = await open(folder);
      const most = new TestChain(network);
      for (let block = 1n; block < chain.height - 3n; block += 1n) most.adopt(chain.block(block));
      await other.follow(most);
      await other.close();
      await damaged(folder, async (store) => {
        for await (const [key, value] of store.iterator({ gte: prefix, lt: `${prefix}~` })) {
          await store.put(key, value.subarray(0, value.length - 1));
        }
      });
      const again = await open(folder);
      await again.follow(chain);
      expect(hashesOf(again)).toEqual(hashesOf(master));
      await again.close();
    },
  );

  it('tell whether a cycle holds more than anchors', () => {
    const busy = Array.from({ length: Number(master.ledger.chain?.count) }, (_, i) => {
      const n = BigInt(i + 1);
      const blocks = Array.from({ length: C }, (__, j) => chain.block(BigInt(i * C + 1 + j)));
      const isBusy = blocks.some(({ number }) =>
        master.store.block(number).transactions.some(({ domains }) => domains.join() !== 'anchor'),
      );
      return [master.store.cycles.need(n).busy, isBusy];
    });
    for (const [said, is] of busy) expect(said).toBe(is);
  });
});
