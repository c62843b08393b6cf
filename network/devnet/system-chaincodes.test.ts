import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ChannelConfig, common, lifecycle, peer } from '@cotrace/fabric-model';
import type { Contract } from '@hyperledger/fabric-gateway';
import { genesisBlock } from '../config/genesis.js';
import { startAssetNetwork, type AssetNetwork } from './testing/asset-network.js';
import { connectGateway, userOf } from './testing/gateway-client.js';

// Processes start here, on machines that may be busy.
jest.setTimeout(60_000);

describe('the system chaincodes', () => {
  let asset: AssetNetwork;

  beforeAll(async () => {
    asset = await startAssetNetwork();
    await asset.contract.submitTransaction('create', 'first', 'x');
    await asset.contract.submitTransaction('put', 'second', 'y');
  });

  afterAll(() => asset.close());

  const query = (name: string, ...args: (string | Uint8Array)[]): Promise<Uint8Array> =>
    asset.connection.gateway.getNetwork('main').getContract('qscc').evaluate(name, { arguments: args });

  it('tell about the chain', async () => {
    const info = fromBinary(common.BlockchainInfoSchema, await query('GetChainInfo', 'main'));
    const ledger = asset.network.ledger('main');
    expect(info.height).toBe(ledger.height);
    expect(info.currentBlockHash).toEqual(ledger.tip);
    expect(info.previousBlockHash).toEqual((await ledger.block(ledger.height - 1n))?.block.previousHash);
  });

  it('find blocks by number, hash and transaction, and the newest by the largest number', async () => {
    const ledger = asset.network.ledger('main');
    const block = await ledger.block(2n);
    const newest = await ledger.block(ledger.height - 1n);
    const [transaction] = block?.transactions ?? [];
    expect(await query('GetBlockByNumber', 'main', '2')).toEqual(Buffer.from(block?.bytes ?? []));
    expect(await query('GetBlockByHash', 'main', block?.block.headerHash ?? '')).toEqual(
      Buffer.from(block?.bytes ?? []),
    );
    expect(await query('GetBlockByTxID', 'main', transaction?.txId ?? '')).toEqual(
      Buffer.from(block?.bytes ?? []),
    );
    expect(await query('GetBlockByNumber', 'main', '18446744073709551615')).toEqual(
      Buffer.from(newest?.bytes ?? []),
    );
  });

  it('find transactions with their code', async () => {
    const block = await asset.network.ledger('main').block(2n);
    const [transaction] = block?.transactions ?? [];
    const found = fromBinary(
      peer.ProcessedTransactionSchema,
      await query('GetTransactionByID', 'main', transaction?.txId ?? ''),
    );
    expect(found.validationCode).toBe(peer.TxValidationCode.VALID);
    const { transactionEnvelope = create(common.EnvelopeSchema) } = found;
    expect(toBinary(common.EnvelopeSchema, transactionEnvelope)).toEqual(block?.block.envelopes[0]);
  });

  it.each([
    [
      ['GetBlockByNumber', 'main', '999'],
      'Failed to get block number 999, error no such block number [999] in index',
    ],
    [
      ['GetBlockByNumber', 'main', 'x'],
      'Failed to parse block number with error strconv.ParseUint: parsing "x": invalid syntax',
    ],
    [
      ['GetTransactionByID', 'main', 'x'],
      'Failed to get transaction with id x, error no such transaction ID [x] in index',
    ],
    [
      ['GetBlockByTxID', 'main', 'x'],
      'Failed to get block for txID x, error no such transaction ID [x] in index',
    ],
    [['GetChainInfo', 'nowhere'], 'Invalid chain ID, nowhere'],
    [['GetBlockByNumber', 'main'], 'missing 3rd argument for GetBlockByNumber'],
    [
      ['GetSomething', 'main', 'x'],
      'access denied for [GetSomething][main]: [Unmapped policy for qscc/GetSomething]',
    ],
  ])('refuse %j', async ([name = '', ...args], message) => {
    await expect(query(name, ...args)).rejects.toThrow(message);
  });

  it('tell the configuration block and the channels of the peer', async () => {
    const cscc = asset.connection.gateway.getNetwork('main').getContract('cscc');
    const genesis = await asset.network.ledger('main').block(0n);
    expect(await cscc.evaluateTransaction('GetConfigBlock', 'main')).toEqual(
      Buffer.from(genesis?.bytes ?? []),
    );
    const config = fromBinary(
      common.ConfigSchema,
      await cscc.evaluateTransaction('GetChannelConfig', 'main'),
    );
    const envelope = toBinary(common.ConfigEnvelopeSchema, create(common.ConfigEnvelopeSchema, { config }));
    const { policies } = ChannelConfig.fromConfigEnvelope(envelope, 'main');
    expect(policies).toEqual(asset.network.ledger('main').config.policies);
  });

  it.each<[string, string[], string]>([
    ['GetChannelConfig', [''], 'empty channel name provided'],
    [
      'GetChannelConfig',
      ['nowhere'],
      'access denied for [GetChannelConfig][nowhere]: Failed to get policy manager for channel [nowhere]',
    ],
    ['GetConfigBlock', [], 'Incorrect number of arguments, 1'],
    ['JoinChain', ['x'], 'Failed to reconstruct the genesis block'],
    ['JoinChainBySnapshot', ['x'], 'access denied'],
    ['Invent', ['x'], 'Requested function Invent not found.'],
  ])('refuse cscc %s %j', async (name, args, message) => {
    const cscc = asset.connection.gateway.getNetwork('main').getContract('cscc');
    await expect(cscc.evaluateTransaction(name, ...args)).rejects.toThrow(message);
  });

  it('join no channel but those that they are in', async () => {
    const admin = connectGateway(asset.network, 'org1', userOf(asset.network, 'org1', 'Admin'));
    const join = (contract: Contract, bytes: Uint8Array): Promise<Uint8Array> =>
      contract.evaluate('JoinChain', { arguments: [bytes] });
    const genesis = (await asset.network.ledger('main').block(0n))?.bytes ?? new Uint8Array();
    const asAdmin = admin.gateway.getNetwork('main').getContract('cscc');
    const asUser = asset.connection.gateway.getNetwork('main').getContract('cscc');
    await expect(join(asUser, genesis)).rejects.toThrow('access denied for [JoinChain][main]');
    await expect(join(asAdmin, genesis)).rejects.toThrow(
      'cannot create ledger from genesis block: ledger [main] already exists with state [ACTIVE]',
    );
    const { topology, networkInfo } = asset.network;
    const other = genesisBlock(topology, 'other', networkInfo.cryptoDir);
    await expect(join(asAdmin, other)).rejects.toThrow('joining other channels is not emulated');
    await expect(asAdmin.evaluateTransaction('JoinChainBySnapshot', '/snapshot')).rejects.toThrow(
      'joining by a snapshot is not emulated',
    );
    admin.close();
  });

  it('tell the committed chaincode definitions', async () => {
    const contract = asset.connection.gateway.getNetwork('main').getContract('_lifecycle');
    const args = create(lifecycle.QueryChaincodeDefinitionArgsSchema, { name: 'asset' });
    const bytes = await contract.evaluate('QueryChaincodeDefinition', {
      arguments: [toBinary(lifecycle.QueryChaincodeDefinitionArgsSchema, args)],
    });
    expect(fromBinary(lifecycle.QueryChaincodeDefinitionResultSchema, bytes)).toMatchObject({
      sequence: 1n,
      version: '1.0',
      endorsementPlugin: 'escc',
      validationPlugin: 'vscc',
    });
    const all = await contract.evaluate('QueryChaincodeDefinitions', { arguments: [new Uint8Array()] });
    const { chaincodeDefinitions } = fromBinary(lifecycle.QueryChaincodeDefinitionsResultSchema, all);
    expect(chaincodeDefinitions.map(({ name }) => name)).toEqual(['asset']);
    const unknown = create(lifecycle.QueryChaincodeDefinitionArgsSchema, { name: 'nobody' });
    await expect(
      contract.evaluate('QueryChaincodeDefinition', {
        arguments: [toBinary(lifecycle.QueryChaincodeDefinitionArgsSchema, unknown)],
      }),
    ).rejects.toThrow('chaincode response 404, namespace nobody is not defined');
  });

  it('commit no definition that has not been approved', async () => {
    const contract = asset.connection.gateway.getNetwork('main').getContract('_lifecycle');
    const args = create(lifecycle.CommitChaincodeDefinitionArgsSchema, {
      name: 'evil',
      version: '1',
      sequence: 1n,
    });
    await expect(
      contract.evaluate('CommitChaincodeDefinition', {
        arguments: [toBinary(lifecycle.CommitChaincodeDefinitionArgsSchema, args)],
      }),
    ).rejects.toThrow('chaincode definition not agreed to by this org (Org1MSP)');
  });
});
