import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { concat, decodeTransactionLeaf, fromHex, utf8 } from '@cotrace/core';
import { encodeEnvelope } from '@cotrace/fabric-model';
import { Log } from '../node/log.js';
import { follow, healthOf } from '../testing/follow-main.js';
import { TestBusinessNode, until } from '../testing/test-business-node.js';
import { TestChain } from '../testing/test-chain.js';
import { TestMaster } from '../testing/test-master.js';
import { TestNetwork } from '../testing/test-network.js';
import { definition, put, withPayloadAppended } from '../testing/transactions.js';

jest.setTimeout(30_000);

const EIGHT_BYTES = fromHex('7b8080808010017c');
const BAD_PAYLOAD = 2;

let network: TestNetwork;
let chain: TestChain;

beforeAll(async () => {
  network = await TestNetwork.create();
});

beforeEach(() => {
  chain = new TestChain(network);
  chain.add([definition(network, 'goods'), definition(network, 'retail')]);
});

afterAll(async () => {
  await network.remove();
});

/** A log that keeps the lines which need a person. */
class KeptErrors extends Log {
  readonly errors: string[] = [];

  constructor() {
    super('test');
  }

  override warn(): void {
    return;
  }

  override often(level: string, _kind: string, message: string): void {
    if (level === 'error') this.errors.push(message);
  }

  override error(message: string, error?: unknown): void {
    this.errors.push(`${message}: ${String(error)}`);
  }
}

describe('a block whose peers read what looks odd', () => {
  it('is attested, and its transactions reach their domain, with bytes appended that Fabric skips', async () => {
    const { client } = network.organisation(0);
    chain.add([
      withPayloadAppended(put(network, 'goods', { a: 'payload' }), EIGHT_BYTES, client),
      concat(put(network, 'goods', { b: 'envelope' }), EIGHT_BYTES),
    ]);
    const masters = await TestMaster.openAll(network, 'odd');
    for (const master of masters) await master.follow(chain);
    const node = await TestBusinessNode.start(network, {
      folder: 'odd-node',
      origins: masters.map((master) => master.origin('goods')),
      sources: masters.map((master) => master.source),
    });
    await node.until(() => node.height === chain.height);
    expect([node.value('a'), node.value('b'), node.refused]).toEqual(['payload', 'envelope', []]);
    await node.stop();
    for (const master of masters) await master.close();
  });
});

describe('a valid transaction that a master cannot read', () => {
  const junk = () => encodeEnvelope(utf8('no payload'), utf8('signature'));

  it('is never in no domain: the block is not attested, and the log says why, for a person', async () => {
    chain.add([put(network, 'goods', { a: '1' }), junk()]);
    const master = await TestMaster.open(network, 0, 'unreadable');
    const { ledger, feed } = master;
    const log = new KeptErrors();
    const health = healthOf(master, log);
    const stopping = new AbortController();
    const following = follow(network, master, chain.deliver, stopping.signal, health);
    await until(
      () => log.errors.length > 0,
      () => `height ${feed.height}`,
    );
    stopping.abort();
    await following;
    expect([feed.height, ledger.store.checkpoint()?.number]).toEqual([2n, 1n]);
    expect(() => master.attestation(2n)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(health.standing().state).toBe('unreadable');
    expect(log.errors[0]).toContain('transaction 1 of block 2 is marked as valid and cannot be read');
    await master.close();
  });

  it('is in no domain, and attested so, where the peers marked it as invalid', async () => {
    chain.add([junk()], [BAD_PAYLOAD]);
    const master = await TestMaster.open(network, 0, 'invalid');
    await master.follow(chain);
    const [transaction] = master.store.block(2n).transactions;
    expect(transaction).toMatchObject({ domains: [], everyDomain: false });
    expect(decodeTransactionLeaf(transaction?.leaf ?? new Uint8Array()).code).toBe(BAD_PAYLOAD);
    await master.close();
  });
});
