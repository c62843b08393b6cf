import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { fromUtf8, isCotraceError } from '@cotrace/core';
import { blockOf, channelPolicyReference, dataHash } from '@cotrace/fabric-model';
import { type MainConfig, transactionFacts } from '@cotrace/verifier';
import { codeOf } from '../testing/codes.js';
import { genesisConfig } from '../testing/take.js';
import { TestNetwork } from '../testing/test-network.js';
import {
  configuration,
  definition,
  put,
  transaction,
  type TestRwset,
  type TestTransaction,
} from '../testing/transactions.js';
import { applyBlock } from './apply-block.js';
import type { CheckedBusinessBlock } from './check-block.js';
import { DomainStore } from './domain-store.js';

jest.setTimeout(30_000);

const MVCC_READ_CONFLICT = 11;

let network: TestNetwork;
let main: MainConfig;
let store: DomainStore;
let stores = 0;
let number: bigint;

beforeAll(async () => {
  network = await TestNetwork.create();
  main = genesisConfig(network);
});

afterAll(async () => {
  await store.close();
  await network.remove();
});

beforeEach(async () => {
  if (stores > 0) await store.close();
  store = await DomainStore.open(network.folder(`apply${stores++}`), network.owner('org1.goods'));
  number = 1n;
  await apply([definition(network, 'goods'), definition(network, 'retail')]);
});

function checkedBlock(
  envelopes: readonly Uint8Array[],
  codes: readonly number[],
  headed: boolean,
): CheckedBusinessBlock {
  const hash = headed ? dataHash(envelopes) : new Uint8Array(32);
  const parts = { number, previousHash: new Uint8Array(32), dataHash: hash, envelopes, metadata: [] };
  const block = blockOf(parts);
  return {
    number,
    headerHash: block.headerHash,
    dataHash: block.dataHash,
    txTotal: envelopes.length,
    transactions: envelopes.map((envelope, i) => ({
      ...transactionFacts(envelope, i, codes[i] ?? 0),
      envelope,
    })),
  };
}

/** Applies the next block to the node of `goods`; `headed`: its header commits to its transactions. */
async function apply(
  envelopes: readonly Uint8Array[],
  codes: readonly number[] = [],
  headed = true,
): Promise<void> {
  const applied = await applyBlock(checkedBlock(envelopes, codes, headed), store, { domain: 'goods', main });
  await store.advance(
    { number, headerHash: new Uint8Array(32), configBlock: Uint8Array.of(1) },
    applied.entries,
  );
  number += 1n;
}

/** Why the next block, with one transaction that read and wrote so, is disputed; null where it is not. */
async function reasonOf(goods: TestRwset): Promise<string | null> {
  const { envelope } = transaction(network, { chaincode: 'goods', rwset: { goods } });
  try {
    await apply([envelope]);
    return null;
  } catch (error) {
    if (isCotraceError(error, 'DISPUTED')) return error.message;
    throw error;
  }
}

const goods = (rwset: TestRwset) =>
  transaction(network, { chaincode: 'goods', rwset: { goods: rwset } }).envelope;
const entry = (key: string) => {
  const found = store.entry('goods', key);
  if (found === null) return null;
  const { value, deleted, blockNum, txNum, verNum } = found;
  return [deleted ? null : fromUtf8(value), Number(blockNum), txNum, verNum];
};

describe('the effect of a transaction on a key', () => {
  it('is one version more for every write, the last of a block staying', async () => {
    await apply([put(network, 'goods', { a: '1' }), put(network, 'goods', { a: '2' })]);
    await apply([put(network, 'goods', { a: '3' })]);
    expect(entry('a')).toEqual(['3', 3, 0, 3]);
  });

  it('is nothing for an invalid transaction', async () => {
    await apply([put(network, 'goods', { a: '1' }), put(network, 'goods', { a: '2' })], [MVCC_READ_CONFLICT]);
    expect(entry('a')).toEqual(['2', 2, 1, 1]);
  });

  it('of a delete stays as an entry, from which the version goes on', async () => {
    await apply([put(network, 'goods', { a: '1' })]);
    await apply([put(network, 'goods', { a: null, never: null })]);
    expect([entry('a'), entry('never')]).toEqual([
      [null, 3, 0, 2],
      [null, 3, 0, 1],
    ]);
    await apply([put(network, 'goods', { a: '3' })]);
    expect(entry('a')).toEqual(['3', 4, 0, 3]);
  });

  it('of an empty value is a delete', async () => {
    await apply([put(network, 'goods', { a: '1' })]);
    await apply([put(network, 'goods', { a: '' })]);
    expect(entry('a')).toEqual([null, 3, 0, 2]);
  });

  it('of a metadata write is a new version of a live key, and nothing on an absent one', async () => {
    await apply([put(network, 'goods', { a: '1', gone: '1' })]);
    await apply([put(network, 'goods', { gone: null }), goods({ metadata: ['a', 'gone', 'never'] })]);
    expect([entry('a'), entry('gone'), entry('never')]).toEqual([['1', 3, 1, 2], [null, 3, 0, 2], null]);
  });

  it('of a write and a metadata write in one transaction is one version', async () => {
    await apply([goods({ writes: { a: '1' }, metadata: ['a'] })]);
    expect(entry('a')).toEqual(['1', 2, 0, 1]);
  });

  it('on another domain is not kept, though the transaction is', async () => {
    const rwset = { goods: { writes: { a: '1' } }, retail: { writes: { b: 'secret' } } };
    await apply([transaction(network, { chaincode: 'retail', rwset }).envelope]);
    expect(entry('a')).toEqual(['1', 2, 0, 1]);
    expect(store.entry('retail', 'b')).toBeNull();
  });
});

describe('reads of a transaction that is attested as valid', () => {
  beforeEach(async () => {
    await apply([put(network, 'goods', { a: '1' })]);
  });

  it('hold at the version that the node has, of absent keys too', async () => {
    expect(await reasonOf({ reads: { a: [2n, 0], absent: null }, writes: { x: '1' } })).toBeNull();
  });

  it.each([
    ['of an older version', { a: [1n, 0] as const }],
    ['of a later version', { a: [3n, 0] as const }],
    ['of a key that was said to be absent', { a: null }],
    ['of a key that is not there', { absent: [2n, 0] as const }],
  ])('%s are disputed', async (_title, reads) => {
    expect(await reasonOf({ reads, writes: { x: '1' } })).toContain('MVCC_READ_CONFLICT');
    expect(entry('x')).toBeNull();
  });

  it('of what an earlier transaction of the block wrote are disputed', async () => {
    const stale = goods({ reads: { a: [2n, 0] }, writes: { a: '3' } });
    expect(await codeOf(() => apply([put(network, 'goods', { a: '2' }), stale]))).toBe('DISPUTED');
    // An invalid one wrote nothing.
    await apply([put(network, 'goods', { a: '2' }), stale], [MVCC_READ_CONFLICT]);
    expect(entry('a')).toEqual(['3', 3, 1, 2]);
  });

  it('in another domain rest on the quorum', async () => {
    const rwset = { goods: { writes: { x: '1' } }, retail: { reads: { b: [7n, 7] as const } } };
    await apply([transaction(network, { chaincode: 'goods', rwset }).envelope]);
    expect(entry('x')).toEqual(['1', 3, 0, 1]);
  });

  it('of a definition that has changed since are disputed', async () => {
    const sequence = 'namespaces/fields/goods/Sequence';
    const rwset = { goods: { writes: { x: '1' } }, _lifecycle: { reads: { [sequence]: [1n, 0] as const } } };
    const make = () => transaction(network, { chaincode: 'goods', rwset }).envelope;
    await apply([make()]);
    await apply([definition(network, 'goods', { sequence: 2n })]);
    expect(await codeOf(() => apply([make()]))).toBe('DISPUTED');
  });
});

describe('a key with an endorsement policy of its own', () => {
  const by = (index: number, rwset: TestRwset) =>
    transaction(network, {
      chaincode: 'goods',
      rwset: { goods: rwset },
      endorsers: [network.organisation(index).peer],
    }).envelope;

  beforeEach(async () => {
    await apply([goods({ writes: { own: '1', plain: '1' }, policies: { own: 'Org2MSP' } })]);
  });

  it('is written with that policy satisfied, others with the chaincode’s', async () => {
    await apply([by(1, { writes: { own: '2' } })]);
    // A write keeps the policy.
    await apply([by(1, { writes: { own: '3' } })]);
    expect(entry('own')).toEqual(['3', 4, 0, 3]);
    expect(await codeOf(() => apply([by(0, { writes: { own: '4' } })]))).toBe('DISPUTED');
    expect(await codeOf(() => apply([by(1, { writes: { plain: '2' } })]))).toBe('DISPUTED');
    expect(await codeOf(() => apply([by(1, { writes: { own: '4', plain: '2' } })]))).toBe('DISPUTED');
  });

  it('loses it when it is deleted', async () => {
    await apply([by(1, { writes: { own: null } })]);
    expect(await codeOf(() => apply([by(1, { writes: { own: '2' } })]))).toBe('DISPUTED');
    await apply([goods({ writes: { own: '2' } })]);
    expect(entry('own')).toEqual(['2', 4, 0, 3]);
  });

  it('that has changed earlier in the block is not written in it', async () => {
    const change = () => by(1, { policies: { own: 'Org3MSP' } });
    expect(await codeOf(() => apply([change(), by(1, { writes: { own: '2' } })]))).toBe('DISPUTED');
    await apply([change()]);
    expect(await codeOf(() => apply([by(1, { writes: { own: '2' } })]))).toBe('DISPUTED');
    await apply([by(2, { writes: { own: '2' } })]);
    expect(entry('own')).toEqual(['2', 4, 0, 3]);
  });
});

describe('endorsements that only others can judge', () => {
  const byThird = (rwset: TestTransaction['rwset'], chaincode = 'goods') =>
    transaction(network, { chaincode, rwset, endorsers: [network.organisation(2).peer] }).envelope;

  it('of another domain’s keys with policies of their own rest on the quorum', async () => {
    // A majority must endorse in both domains; the key of retail wants the third organisation alone.
    await apply([goods({ writes: { own: '1' }, policies: { own: 'Org3MSP' } })]);
    const policy = { retail: { writes: { own: '1' }, policies: { own: 'Org3MSP' } } };
    await apply([transaction(network, { chaincode: 'retail', rwset: policy }).envelope]);
    const both = { goods: { writes: { own: '2' } }, retail: { writes: { own: '2' } } };
    await apply([byThird(both)]);
    await apply([byThird(both, 'retail')]);
    expect(entry('own')).toEqual(['2', 5, 0, 3]);
    // What the node holds it judges as before.
    const more = { goods: { writes: { plain: '1' } }, retail: { writes: { own: '3' } } };
    expect(await codeOf(() => apply([byThird(more)]))).toBe('DISPUTED');
  });

  it('of a domain that another plug-in validates, or that is not defined here, rest on the quorum', async () => {
    await apply([definition(network, 'retail', { sequence: 2n, validationPlugin: 'theirs' })]);
    const across = (namespace: string) => ({
      goods: { writes: { x: namespace } },
      [namespace]: { writes: { a: '1' } },
    });
    await apply([transaction(network, { chaincode: 'goods', rwset: across('retail') }).envelope]);
    await apply([transaction(network, { chaincode: 'goods', rwset: across('older') }).envelope]);
    expect(entry('x')).toEqual(['older', 4, 0, 2]);
  });
});

describe('what else a node disputes', () => {
  it('a definition acts from the next block on only', async () => {
    const policyBytes = channelPolicyReference('/Channel/Application/Org1MSP/Endorsement');
    const looser = definition(network, 'goods', { sequence: 2n, policyBytes });
    const alone = () => put(network, 'goods', { x: '1' }, { endorsers: [network.organisation(0).peer] });
    expect(await codeOf(() => apply([looser, alone()]))).toBe('DISPUTED');
    await apply([looser]);
    await apply([alone()]);
    expect(entry('x')).toEqual(['1', 3, 0, 1]);
  });

  it('a transaction of a domain that is not defined', async () => {
    const block = checkedBlock([put(network, 'late', { a: '1' })], [], true);
    const refused = applyBlock(block, store, { domain: 'late', main });
    await expect(refused).rejects.toThrow('INVALID_CHAINCODE');
  });

  it('a transaction with a creator of no organisation', async () => {
    const other = await TestNetwork.create();
    try {
      const client = other.organisation(0).client;
      expect(await codeOf(() => apply([put(network, 'goods', { a: '1' }, { client })]))).toBe('DISPUTED');
    } finally {
      await other.remove();
    }
  });

  it('a definition validated by a plug-in that is not here', async () => {
    await apply([definition(network, 'goods', { sequence: 2n, validationPlugin: 'ours' })]);
    expect(await codeOf(() => apply([put(network, 'goods', { a: '1' })]))).toBe('DISPUTED');
  });

  it('a configuration that does not stand alone in its block, or is not what the header commits to', async () => {
    const config = configuration(network);
    expect(await codeOf(() => apply([config, put(network, 'goods', { a: '1' })]))).toBe('DISPUTED');
    expect(await codeOf(() => apply([config], [], false))).toBe('DISPUTED');
    expect(await codeOf(() => apply([config]))).toBeNull();
  });

  it('a configuration of another channel', async () => {
    const config = configuration(network.sibling('staging'));
    expect(await codeOf(() => apply([config]))).toBe('DISPUTED');
  });
});
