import { join } from 'node:path';
import { CotraceError, toHex, utf8 } from '@cotrace/core';
import {
  BLOCK_METADATA,
  checkBlock,
  commitHashOf,
  lastConfigIndex,
  peer,
  verifyBlockSignature,
} from '@cotrace/fabric-model';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ClassicLevel } from 'classic-level';
import { TestChannel } from './testing/test-channel.js';
import type { CommittedBlock, Ledger } from './types.js';

const Code = peer.TxValidationCode;

let channel: TestChannel;
let ledger: Ledger;
let folder = 0;

beforeAll(async () => {
  channel = await TestChannel.create();
});
beforeEach(async () => {
  ledger = await channel.open(`ledger-${++folder}`);
  await channel.define(ledger);
});
afterEach(() => ledger.close());
afterAll(() => channel.remove());

const codes = (block: CommittedBlock): string[] => block.transactions.map(({ code }) => Code[code]);
const put = (key: string, value: string) => channel.simulate(ledger, (s) => s.put('goods', key, utf8(value)));

describe('the ledger’s folder', () => {
  it('is refused where it does not say whose it is, and left as it is', async () => {
    const dir = join(channel.dir, 'ledger-older');
    const older = new ClassicLevel<string>(dir);
    await older.put('tip', 'of an older version');
    await older.close();
    await expect(channel.open('ledger-older')).rejects.toMatchObject({ code: 'STORE_LAYOUT' });
    const after = new ClassicLevel<string>(dir);
    expect(await after.keys().all()).toEqual(['tip']);
    await after.close();
  });
});

describe('Ledger', () => {
  it('begins with the genesis block, valid and without commit hash', async () => {
    const genesis = await ledger.block(0n);
    expect(genesis?.transactions).toMatchObject([{ txNum: 0, type: 1, code: Code.VALID }]);
    expect(genesis && commitHashOf(genesis.block)).toBeNull();
    expect(ledger.config.channelId).toBe('main');
  });

  it('makes blocks that follow each other, signed, with flags, last configuration and commit hash', async () => {
    const first = await ledger.commit([await put('a', '1'), await put('b', '1')], channel.signBlock);
    const second = await ledger.commit([await put('a', '2')], channel.signBlock);
    expect(codes(first)).toEqual(['VALID', 'VALID']);
    expect(second.number).toBe(3n);
    checkBlock(second.block, first.block);
    verifyBlockSignature(second.block, ledger.config, ledger.manager);
    expect(lastConfigIndex(second.block)).toBe(0n);
    expect(second.block.metadata).toHaveLength(5);
    expect(second.block.metadata[BLOCK_METADATA.orderer]).toHaveLength(0);
    expect(commitHashOf(second.block)).toHaveLength(32);
    expect(toHex(ledger.tip)).toBe(toHex(second.block.headerHash));
  });

  it('finds blocks by number, hash and transaction', async () => {
    const block = await ledger.commit([await put('a', '1')], channel.signBlock);
    const txId = block.transactions[0]?.txId ?? '';
    expect(await ledger.block(block.number)).toEqual(block);
    expect(await ledger.blockByHash(block.block.headerHash)).toEqual(block);
    expect(await ledger.blockByTxId(txId)).toEqual(block);
    expect(ledger.transaction(txId)).toEqual({ blockNum: 2n, txNum: 0, code: Code.VALID });
    expect(await ledger.block(3n)).toBeNull();
    expect(await ledger.blockByHash(new Uint8Array(32))).toBeNull();
    expect(ledger.transaction('00')).toBeNull();
  });

  it('commits calls one after the other, and tells listeners in order', async () => {
    const heard: bigint[] = [];
    const stop = ledger.onCommit(({ number }) => heard.push(number));
    const envelopes = await Promise.all(['a', 'b', 'c'].map((key) => put(key, '1')));
    const blocks = await Promise.all(envelopes.map((one) => ledger.commit([one], channel.signBlock)));
    expect(blocks.map(({ number }) => number)).toEqual([2n, 3n, 4n]);
    expect(heard).toEqual([2n, 3n, 4n]);
    stop();
    await ledger.commit([await put('d', '1')], channel.signBlock);
    expect(heard).toHaveLength(3);
  });

  it('stays as it was when a block cannot be signed', async () => {
    const failing = () => Promise.reject(new CotraceError('IDENTITY', 'the key is gone'));
    const envelope = await put('a', '1');
    await expect(ledger.commit([envelope], failing)).rejects.toMatchObject({ code: 'IDENTITY' });
    expect(ledger.height).toBe(2n);
    expect(codes(await ledger.commit([envelope], channel.signBlock))).toEqual(['VALID']);
  });

  it('refuses to write a block that followers would refuse', async () => {
    await expect(ledger.commit([utf8('no envelope')], channel.signBlock)).rejects.toMatchObject({
      code: 'WELL_FORMED',
    });
    await expect(ledger.commit([], channel.signBlock)).rejects.toMatchObject({ code: 'WELL_FORMED' });
    expect(ledger.height).toBe(2n);
  });

  it('is the same after it was closed and opened again', async () => {
    const block = await ledger.commit([await put('a', '1')], channel.signBlock);
    await ledger.close();
    await expect(ledger.commit([], channel.signBlock)).rejects.toMatchObject({ code: 'LEDGER_CLOSED' });
    ledger = await channel.open(`ledger-${folder}`);
    expect(ledger.height).toBe(3n);
    expect(await ledger.block(2n)).toEqual(block);
    expect(await ledger.definitionNames()).toEqual(['goods']);
    const next = await ledger.commit([await put('a', '2')], channel.signBlock);
    checkBlock(next.block, block.block);
    expect(codes(next)).toEqual(['VALID']);
  });

  it('refuses another genesis block, and a second process or opening', async () => {
    await expect(channel.open(`ledger-${folder}`)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const other = await TestChannel.create();
    try {
      await ledger.close();
      const mixed = Object.assign(Object.create(channel) as TestChannel, { genesis: other.genesis });
      await expect(mixed.open(`ledger-${folder}`)).rejects.toMatchObject({ code: 'WRONG_STORE' });
    } finally {
      other.remove();
      ledger = await channel.open(`ledger-${folder}`);
    }
  });

  it('lets a definition act from the block after its own', async () => {
    const early = await channel.simulate(ledger, (s) => s.put('late', 'k', utf8('1')), { chaincode: 'late' });
    expect(codes(await ledger.commit([early], channel.signBlock))).toEqual(['INVALID_CHAINCODE']);
    await channel.define(ledger, 'late', { version: '7' });
    expect(ledger.definition('late')).toMatchObject({ version: '7', sequence: 1n });
    expect(await ledger.definitionNames()).toEqual(['goods', 'late']);
    const then = await channel.simulate(ledger, (s) => s.put('late', 'k', utf8('1')), { chaincode: 'late' });
    expect(codes(await ledger.commit([then], channel.signBlock))).toEqual(['VALID']);
  });

  it('gives the events of transactions, valid or not', async () => {
    const write = await channel.simulate(ledger, (s) => s.put('goods', 'k', utf8('1')), { event: 'written' });
    const [transaction] = (await ledger.commit([write], channel.signBlock)).transactions;
    expect(transaction).toMatchObject({
      chaincode: 'goods',
      type: 3,
      event: { chaincodeId: 'goods', eventName: 'written', txId: transaction?.txId },
    });
  });
});
