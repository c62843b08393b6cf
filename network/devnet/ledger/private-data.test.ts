import { fromHex, sha256, toHex, utf8 } from '@cotrace/core';
import { decode, decodeRwset, ledger as messages, peer } from '@cotrace/fabric-model';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestChannel } from './testing/test-channel.js';
import type { Ledger } from './types.js';

// Certificates are made here, on machines that may be busy.
jest.setTimeout(60_000);

const NS = '_lifecycle';
const ORG1 = '_implicit_org_Org1MSP';
const ORG2 = '_implicit_org_Org2MSP';

let channel: TestChannel;
let ledger: Ledger;
let folder = 0;

beforeAll(async () => {
  channel = await TestChannel.create();
});
beforeEach(async () => {
  ledger = await channel.open(`private-${++folder}`);
});
afterEach(() => ledger.close());
afterAll(() => channel.remove());

interface Endorsed {
  readonly txId: string;
  readonly envelope: Uint8Array;
  readonly results: Uint8Array;
  readonly writes: Uint8Array | null;
}

let nonces = 0;

/** Writes values of the first organisation, as its peer endorses it. */
async function endorse(values: Record<string, string>, collection = ORG1): Promise<Endorsed> {
  const simulator = ledger.simulator('t');
  for (const [key, value] of Object.entries(values)) {
    simulator.collections.get(NS, collection, key);
    simulator.collections.put(NS, collection, key, utf8(value));
  }
  const results = simulator.results();
  const writes = simulator.privateResults();
  await simulator.close();
  const nonce = sha256(utf8(String(++nonces)));
  const [first] = channel.peers;
  const endorsers = first === undefined ? [] : [first];
  const envelope = channel.transaction({ chaincode: NS, results, nonce, endorsers });
  return { txId: toHex(sha256(nonce, channel.client.serialized)), envelope, results, writes };
}

const commit = async ({ envelope }: Endorsed): Promise<string | null> => {
  const { transactions } = await ledger.commit([envelope], channel.signBlock);
  return peer.TxValidationCode[transactions[0]?.code ?? -1] ?? null;
};

async function read(key: string, collection = ORG1): Promise<{ value?: string; hash?: string }> {
  const simulator = ledger.simulator('r');
  const value = simulator.collections.get(NS, collection, key);
  const hash = simulator.collections.getHash(NS, collection, key);
  await simulator.close();
  return {
    ...(value && { value: Buffer.from(value).toString() }),
    ...(hash && { hash: toHex(hash) }),
  };
}

describe('private data of organisations', () => {
  it('stands in blocks by its hashes alone, and comes to the state from what was endorsed', async () => {
    const endorsed = await endorse({ b: 'secret', a: 'other' });
    const [set] = decodeRwset(endorsed.results);
    expect(set?.collections).toMatchObject([
      {
        name: ORG1,
        reads: [{ keyHash: sha256(utf8('a')) }, { keyHash: sha256(utf8('b')) }],
        writes: [
          { keyHash: sha256(utf8('a')), valueHash: sha256(utf8('other')) },
          { keyHash: sha256(utf8('b')), valueHash: sha256(utf8('secret')) },
        ],
      },
    ]);
    const [space] = decode(messages.TxPvtReadWriteSetSchema, endorsed.writes ?? new Uint8Array()).nsPvtRwset;
    const hash = sha256(space?.collectionPvtRwset[0]?.rwset ?? new Uint8Array());
    expect(set?.collections[0]?.privateHash).toEqual(hash);
    expect(Buffer.from(endorsed.envelope).includes('secret')).toBe(false);
    await ledger.keepPrivate(endorsed.txId, endorsed.writes ?? new Uint8Array());
    expect(await read('b')).toEqual({});
    expect(await commit(endorsed)).toBe('VALID');
    expect(await read('b')).toEqual({ value: 'secret', hash: toHex(sha256(utf8('secret'))) });
    expect(await read('b', ORG2)).toEqual({});
  });

  it('is written by that organisation’s endorsement alone', async () => {
    const endorsed = await endorse({ a: '1' }, ORG2);
    await ledger.keepPrivate(endorsed.txId, endorsed.writes ?? new Uint8Array());
    expect(await commit(endorsed)).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await read('a', ORG2)).toEqual({});
  });

  it('conflicts like other data', async () => {
    const [first, second] = [await endorse({ a: '1' }), await endorse({ a: '2' })];
    for (const { txId, writes } of [first, second]) {
      await ledger.keepPrivate(txId, writes ?? new Uint8Array());
    }
    const { transactions } = await ledger.commit([first.envelope, second.envelope], channel.signBlock);
    expect(transactions.map(({ code }) => peer.TxValidationCode[code])).toEqual([
      'VALID',
      'MVCC_READ_CONFLICT',
    ]);
    expect(await read('a')).toMatchObject({ value: '1' });
  });

  it('survives the end of the process between endorsement and commit', async () => {
    const endorsed = await endorse({ a: '1' });
    await ledger.keepPrivate(endorsed.txId, endorsed.writes ?? new Uint8Array());
    await ledger.close();
    ledger = await channel.open(`private-${folder}`);
    expect(await commit(endorsed)).toBe('VALID');
    expect(await read('a')).toMatchObject({ value: '1' });
    await ledger.close();
    ledger = await channel.open(`private-${folder}`);
    expect(await read('a')).toMatchObject({ value: '1' });
  });

  it('counts where its hash was endorsed, and is unknown otherwise', async () => {
    const [endorsed, forged] = [await endorse({ a: '1' }), await endorse({ a: '2' })];
    await ledger.keepPrivate(endorsed.txId, forged.writes ?? new Uint8Array());
    expect(await commit(endorsed)).toBe('VALID');
    expect(await read('a')).toEqual({ hash: toHex(sha256(utf8('1'))) });
    const unknown = await endorse({ b: '1' });
    expect(await commit(unknown)).toBe('VALID');
    expect(await read('b')).toEqual({ hash: toHex(sha256(utf8('1'))) });
  });

  it('lists keys that begin alike, in their order', async () => {
    const endorsed = await endorse({ 'x/2': 'b', 'x/1': 'a', y: 'c', 'x/': 'd' });
    await ledger.keepPrivate(endorsed.txId, endorsed.writes ?? fromHex(''));
    await commit(endorsed);
    const simulator = ledger.simulator('r');
    const entries = await simulator.collections.entries(NS, ORG1, 'x/');
    expect(entries.map(({ key }) => key)).toEqual(['x/', 'x/1', 'x/2']);
    expect(simulator.privateResults()).toBeNull();
    await simulator.close();
  });
});
