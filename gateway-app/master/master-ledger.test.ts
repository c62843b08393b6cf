import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  amountOf,
  decodeAttestationBody,
  decodeTransactionLeaf,
  MerkleTree,
  sha256,
  utf8,
} from '@cotrace/core';
import {
  common,
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeSignatureHeader,
} from '@cotrace/fabric-model';
import { codeOf } from '../testing/codes.js';
import { TestChain } from '../testing/test-chain.js';
import { TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import { configuration, definition, put } from '../testing/transactions.js';

jest.setTimeout(30_000);

const [NOT_VALIDATED, BAD_HEADER] = [254, 3];

let network: TestNetwork;
let chain: TestChain;
let master: TestMaster;
let folders = 0;

beforeAll(async () => {
  network = await TestNetwork.create();
});

beforeEach(async () => {
  if (folders > 0) await master.close();
  chain = new TestChain(network);
  master = await TestMaster.open(network, 0, `processed${folders++}`);
});

afterAll(async () => {
  await master.close();
  await network.remove();
});

/** What the master attests of the newest block. */
async function attested() {
  await master.follow(chain);
  return decodeAttestationBody(master.attestation(chain.height - 1n).body);
}

/** An envelope that invokes a chaincode of any name: whoever may write to the channel gets it into a block. */
function invoking(chaincode: string): Uint8Array {
  const { client } = network.organisation(1);
  const { ENDORSER_TRANSACTION: type } = common.HeaderType;
  const header = encodeChannelHeader({ type, channelId: 'main', txId: 'ab'.repeat(32), chaincode });
  const payload = encodePayload(
    header,
    encodeSignatureHeader(client.serialized, utf8('nonce')),
    new Uint8Array(),
  );
  return encodeEnvelope(payload, client.sign(payload));
}

describe('what a master attests', () => {
  it('counts every transaction in the domains it belongs to, whatever its code', async () => {
    chain.add([definition(network, 'goods')]);
    chain.add(
      [put(network, 'goods', { a: '1' }), put(network, 'goods', { a: '2' }), put(network, 'b', {})],
      [0, 11, 25],
    );
    const { amounts, txTotal } = await attested();
    expect(amounts).toEqual([
      { domain: 'b', amount: 1 },
      { domain: 'goods', amount: 2 },
    ]);
    expect(txTotal).toBe(3);
  });

  it('counts definitions and configurations in every domain', async () => {
    chain.add([definition(network, 'goods'), put(network, 'goods', { a: '1' })]);
    expect((await attested()).amounts).toEqual([
      { domain: '*', amount: 1 },
      { domain: 'goods', amount: 1 },
    ]);
    chain.add([configuration(network)]);
    const { amounts } = await attested();
    expect([amountOf(amounts, 'goods'), amountOf(amounts, 'anything')]).toEqual([1, 1]);
  });

  it.each([
    ['the sign of every domain', '*'],
    ['a space', 'two words'],
    ['a slash, which would be another key', 'a/b'],
    ['300 letters', 'x'.repeat(300)],
    ['nothing', ''],
    ['a system chaincode', 'qscc'],
    ['a zero byte', '\u0000'],
  ])('does not count a name that no chaincode can have: %s', async (_title, name) => {
    chain.add([invoking(name), put(network, 'goods', { a: '1' })], [BAD_HEADER, 0]);
    expect((await attested()).amounts).toEqual([{ domain: 'goods', amount: 1 }]);
  });

  it('is of bytes that are no transaction, too', async () => {
    const noise = encodeEnvelope(utf8('noise'), utf8('noise'));
    chain.add([noise, put(network, 'goods', { a: '1' })], [2, 0]);
    const { txRoot, amounts } = await attested();
    expect(amounts).toEqual([{ domain: 'goods', amount: 1 }]);
    const leaves = master.store.block(1n).transactions.map(({ leaf }) => leaf);
    expect(new MerkleTree(leaves).root).toEqual(txRoot);
    expect(leaves.map(decodeTransactionLeaf)[0]).toEqual({
      txNum: 0,
      code: 2,
      txId: null,
      envelopeHash: sha256(noise),
    });
  });

  it('is nothing of a block that no peer has validated', async () => {
    chain.add([put(network, 'goods', { a: '1' })], [NOT_VALIDATED]);
    expect(await codeOf(() => master.follow(chain))).toBe('NOT_VALIDATED');
    expect(master.store.checkpoint()?.number).toBe(0n);
  });
});

describe('a master’s store', () => {
  it('never takes a second attestation of a block, nor skips one', async () => {
    chain.add([put(network, 'goods', { a: '1' })]);
    await master.follow(chain);
    const before = master.attestation(1n);
    const fork = new TestChain(network);
    fork.add([put(network, 'goods', { a: '2' })]);
    const other = await TestMaster.open(network, 0, 'other');
    await other.follow(fork);
    const checkpoint = other.store.checkpoint();
    if (checkpoint === null) throw new TypeError('nothing was followed');
    const trie = { cycle: 1n, oldest: 0n, nodes: [], keys: [], events: [] };
    const attestation = other.attestation(1n);
    const putChecking = () => undefined;
    const parts = { checkpoint, envelopes: [], heads: [], attestation, trie, putChecking };
    for (const block of [other.store.block(1n), { ...other.store.block(1n), number: 3n }]) {
      expect(await codeOf(() => master.store.append({ ...parts, block }))).toBe('NOT_NEXT');
    }
    expect(master.attestation(1n)).toEqual(before);
    await other.close();
  });

  it('holds everything after it was closed and opened again, and is locked while open', async () => {
    chain.add([put(network, 'goods', { a: '1' })]);
    await master.follow(chain);
    const { folder } = master.store;
    expect(await codeOf(() => TestMaster.open(network, 0, folder.slice(network.dir.length + 1)))).toBe(
      'STORE_LOCKED',
    );
    const [attestation, block] = [master.attestation(1n), master.businessBlock(1n, 'goods')];
    await master.close();
    master = await TestMaster.open(network, 0, folder.slice(network.dir.length + 1));
    expect(master.feed.height).toBe(2n);
    expect([master.attestation(1n), master.businessBlock(1n, 'goods')]).toEqual([attestation, block]);
    expect(master.store.blockByHash('00'.repeat(32))).toBeNull();
    expect(await codeOf(() => master.store.block(2n))).toBe('NOT_FOUND');
    chain.add([put(network, 'goods', { a: '2' })]);
    await master.follow(chain);
    expect(master.feed.height).toBe(3n);
  });
});
