import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ChaincodeEvent, Contract } from '@hyperledger/fabric-gateway';
import { toBinary } from '@bufbuild/protobuf';
import { utf8 } from '@cotrace/core';
import { common, decodeRwset, decodeEnvelope, decodeTransaction, peer } from '@cotrace/fabric-model';
import {
  json,
  startAssetNetwork,
  text,
  waitForChaincode,
  type AssetNetwork,
} from './testing/asset-network.js';
import { ChaincodeProcess } from './testing/chaincode-process.js';
import { connectGateway } from './testing/gateway-client.js';
import { peersOf } from './testing/policies.js';

// Processes start here, on machines that may be busy.
jest.setTimeout(60_000);

describe("Fabric's gateway client and contract API on the embedded network", () => {
  let asset: AssetNetwork;
  let contract: Contract;

  beforeAll(async () => {
    asset = await startAssetNetwork();
    ({ contract } = asset);
  });

  afterAll(() => asset.close());

  const submit = (name: string, ...args: string[]): Promise<Uint8Array> =>
    contract.submitTransaction(name, ...args);
  const evaluate = (name: string, ...args: string[]): Promise<Uint8Array> =>
    contract.evaluateTransaction(name, ...args);

  it('gives the result of a submitted transaction and reads what it wrote', async () => {
    expect(text(await submit('create', 'a1', 'red'))).toBe('red');
    expect(text(await evaluate('read', 'a1'))).toBe('red');
  });

  it('says with the commit status which block holds a transaction', async () => {
    const transaction = await contract.submitAsync('create', { arguments: ['status', 'x'] });
    const status = await transaction.getStatus();
    expect(status).toMatchObject({
      successful: true,
      code: 0,
      transactionId: transaction.getTransactionId(),
    });
    const block = await asset.network.ledger('main').block(status.blockNumber);
    expect(block?.transactions.map(({ txId }) => txId)).toContain(status.transactionId);
  });

  it('lets no transaction read its own writes', async () => {
    await submit('put', 'own', 'before');
    expect(text(await submit('writeThenRead', 'own', 'after'))).toBe('before');
    expect(text(await evaluate('read', 'own'))).toBe('after');
  });

  it.each([0, 1, 99, 100, 101, 250])(
    'gives a range of %i keys in order, whatever the batches',
    async (count) => {
      const prefix = `range${count}-`;
      if (count > 0) await submit('createMany', prefix, String(count));
      const keys = Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(4, '0')}`);
      expect(json(await evaluate('range', prefix, `${prefix}~`))).toEqual(keys);
    },
  );

  it('gives pages with bookmarks, up to the last one', async () => {
    await submit('createMany', 'page-', '5');
    const seen: string[][] = [];
    let bookmark = '';
    do {
      const page = json(await evaluate('page', 'page-', 'page-~', '2', bookmark)) as Record<string, unknown>;
      seen.push(page['keys'] as string[]);
      expect(page['count']).toBe(seen.at(-1)?.length);
      bookmark = page['bookmark'] as string;
    } while (bookmark !== '');
    expect(seen).toEqual([['page-0000', 'page-0001'], ['page-0002', 'page-0003'], ['page-0004']]);
  });

  it('gives the history of a key, newest first, with deletions and the time of the client', async () => {
    const before = Math.floor(Date.now() / 1000);
    await submit('put', 'h', '1');
    await submit('put', 'h', '2');
    await submit('remove', 'h');
    await submit('put', 'h', '3');
    const history = json(await evaluate('history', 'h')) as Record<string, unknown>[];
    expect(history.map(({ value, isDelete }) => [value, isDelete])).toEqual([
      ['3', false],
      ['', true],
      ['2', false],
      ['1', false],
    ]);
    expect(history.every(({ seconds }) => Number(seconds) >= before)).toBe(true);
    expect(new Set(history.map(({ txId }) => txId)).size).toBe(4);
  });

  it('finds composite keys by their first attributes', async () => {
    for (const [owner, id] of [
      ['ann', '1'],
      ['ann', '2'],
      ['bob', '3'],
    ] as const)
      await submit('own', owner, id);
    expect(json(await evaluate('ownedBy', 'ann'))).toEqual(['1', '2']);
  });

  it('keeps transient data out of the transaction', async () => {
    const secret = 'only-for-endorsers';
    const result = await contract.submitAsync('transient', {
      arguments: ['s'],
      transientData: { s: secret },
    });
    expect(text(result.getResult())).toBe(secret);
    const { blockNumber } = await result.getStatus();
    const block = await asset.network.ledger('main').block(blockNumber);
    // The result repeats it, the proposal in the transaction does not.
    const envelope = decodeEnvelope(block?.block.envelopes[0] ?? new Uint8Array());
    const transaction = decodeTransaction(envelope);
    const payload = transaction.chaincodeProposalPayload;
    expect(Buffer.from(payload).includes(secret)).toBe(false);
    expect(Buffer.from(envelope.data).includes(secret)).toBe(true);
  });

  it('tells the contract who calls', async () => {
    const other = connectGateway(asset.network, 'org2');
    try {
      const result = await other.gateway
        .getNetwork('main')
        .getContract('asset')
        .evaluateTransaction('caller');
      expect(json(result)).toMatchObject({ mspId: 'Org2MSP', channel: 'main' });
    } finally {
      other.close();
    }
  });

  it('has a read of the chaincode definition in every read-write set', async () => {
    const transaction = await contract.submitAsync('put', { arguments: ['seq', '1'] });
    const { blockNumber } = await transaction.getStatus();
    const block = await asset.network.ledger('main').block(blockNumber);
    const envelope = decodeEnvelope(block?.block.envelopes[0] ?? new Uint8Array());
    const sets = decodeRwset(decodeTransaction(envelope).results);
    expect(sets.find(({ namespace }) => namespace === '_lifecycle')?.reads.map(({ key }) => key)).toEqual([
      'namespaces/fields/asset/Sequence',
    ]);
  });

  it('takes the endorsements of a majority of the organisations, not more', async () => {
    const transaction = await contract.submitAsync('put', { arguments: ['majority', '1'] });
    const { blockNumber } = await transaction.getStatus();
    const block = await asset.network.ledger('main').block(blockNumber);
    const envelope = decodeEnvelope(block?.block.envelopes[0] ?? new Uint8Array());
    expect(decodeTransaction(envelope).endorsements).toHaveLength(2);
  });

  it('asks exactly the organisations that the client names', async () => {
    const transaction = await contract.submitAsync('put', {
      arguments: ['named', '1'],
      endorsingOrganizations: ['Org1MSP', 'Org2MSP', 'Org3MSP'],
    });
    const { blockNumber } = await transaction.getStatus();
    const block = await asset.network.ledger('main').block(blockNumber);
    const envelope = decodeEnvelope(block?.block.envelopes[0] ?? new Uint8Array());
    expect(decodeTransaction(envelope).endorsements).toHaveLength(3);
  });

  it('follows the policy of a key that has its own, instead of the chaincode’s', async () => {
    await submit('put', 'guarded', '0');
    const policy = toBinary(common.SignaturePolicyEnvelopeSchema, peersOf('Org3MSP'));
    await submit('setPolicy', 'guarded', Buffer.from(policy).toString('base64'));
    expect(text(await evaluate('getPolicy', 'guarded'))).toBe(Buffer.from(policy).toString('base64'));
    const transaction = await contract.submitAsync('put', { arguments: ['guarded', '1'] });
    const { blockNumber, successful } = await transaction.getStatus();
    expect(successful).toBe(true);
    const block = await asset.network.ledger('main').block(blockNumber);
    const envelope = decodeEnvelope(block?.block.envelopes[0] ?? new Uint8Array());
    const { manager } = asset.network.ledger('main');
    const endorsers = decodeTransaction(envelope).endorsements.map(
      ({ endorser }) => manager.deserialize(endorser).mspId,
    );
    expect(endorsers).toContain('Org3MSP');
    const refused = await contract.submitAsync('put', {
      arguments: ['guarded', '2'],
      endorsingOrganizations: ['Org1MSP', 'Org2MSP'],
    });
    expect(await refused.getStatus()).toMatchObject({
      code: peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE,
    });
  });

  it('lets one of concurrent writers of a key win', async () => {
    await submit('put', 'counter', '0');
    const attempts = await Promise.allSettled(
      Array.from({ length: 5 }, () => submit('increment', 'counter')),
    );
    const won = attempts.filter(({ status }) => status === 'fulfilled').length;
    expect(won).toBeGreaterThan(0);
    expect(text(await evaluate('read', 'counter'))).toBe(String(won));
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') {
        expect(attempt.reason).toMatchObject({ code: peer.TxValidationCode.MVCC_READ_CONFLICT });
      }
    }
  });

  describe('calls between chaincodes', () => {
    let second: ChaincodeProcess;

    beforeAll(async () => {
      second = await ChaincodeProcess.start('second:1');
      await asset.deploy('second', second);
      await asset.deploy('elsewhere', second, { channel: 'checking' });
      await waitForChaincode(asset.network, 'main', 'second');
    });

    afterAll(() => second.kill());

    it('write the other namespace in the same channel, and the read-write set says so', async () => {
      const transaction = await contract.submitAsync('call', {
        arguments: ['second', '', JSON.stringify(['put', 'k', 'v'])],
      });
      expect(json(transaction.getResult())).toMatchObject({ status: 200 });
      const { blockNumber, successful } = await transaction.getStatus();
      expect(successful).toBe(true);
      const called = asset.connection.gateway.getNetwork('main').getContract('second');
      expect(text(await called.evaluateTransaction('read', 'k'))).toBe('v');
      const block = await asset.network.ledger('main').block(blockNumber);
      const { results } = decodeTransaction(decodeEnvelope(block?.block.envelopes[0] ?? new Uint8Array()));
      const sets = decodeRwset(results);
      expect(sets.map(({ namespace }) => namespace)).toEqual(['_lifecycle', 'second']);
      expect(sets[0]?.reads.map(({ key }) => key)).toEqual([
        'namespaces/fields/asset/Sequence',
        'namespaces/fields/second/Sequence',
      ]);
    });

    it('drop what they write in another channel', async () => {
      const result = json(await submit('call', 'elsewhere', 'checking', JSON.stringify(['put', 'k', 'v'])));
      expect(result).toMatchObject({ status: 200 });
      const called = asset.connection.gateway.getNetwork('checking').getContract('elsewhere');
      await expect(called.evaluateTransaction('read', 'k')).rejects.toThrow();
    });

    it('give the callee’s refusal to the caller', async () => {
      expect(
        json(await evaluate('call', 'second', '', JSON.stringify(['fail', 'no such thing']))),
      ).toMatchObject({
        status: 500,
        message: 'no such thing',
      });
    });

    it('cannot reach the block queries', async () => {
      const result = json(await evaluate('call', 'qscc', '', JSON.stringify(['GetChainInfo', 'main']))) as {
        message: string;
      };
      expect(result.message).toContain(
        'Rejecting invoke of QSCC from another chaincode because of potential',
      );
    });
  });

  describe('chaincode events', () => {
    const read = async (events: AsyncIterable<ChaincodeEvent>, count: number): Promise<ChaincodeEvent[]> => {
      const found: ChaincodeEvent[] = [];
      for await (const event of events) {
        found.push(event);
        if (found.length === count) break;
      }
      return found;
    };

    it('arrive as they are committed, with their payload', async () => {
      const events = await asset.connection.gateway.getNetwork('main').getChaincodeEvents('asset');
      await submit('create', 'event1', 'blue');
      const [event] = await read(events, 1);
      events.close();
      expect(event).toMatchObject({ chaincodeName: 'asset', eventName: 'created' });
      expect(json(event?.payload ?? utf8('null'))).toEqual({ id: 'event1', value: 'blue' });
    });

    it('replay from a block, and go on after a transaction', async () => {
      const network = asset.connection.gateway.getNetwork('main');
      const first = await contract.submitAsync('create', { arguments: ['event2', 'x'] });
      const { blockNumber } = await first.getStatus();
      await submit('create', 'event3', 'y');
      const replay = await network.getChaincodeEvents('asset', { startBlock: blockNumber });
      const all = await read(replay, 2);
      replay.close();
      expect(all.map(({ payload }) => (json(payload) as { id: string }).id)).toEqual(['event2', 'event3']);
      const checkpoint = {
        getBlockNumber: () => blockNumber,
        getTransactionId: () => first.getTransactionId(),
      };
      const rest = await network.getChaincodeEvents('asset', { checkpoint });
      const [next] = await read(rest, 1);
      rest.close();
      expect((json(next?.payload ?? utf8('null')) as { id: string }).id).toBe('event3');
    });
  });
});
