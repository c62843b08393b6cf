import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import {
  ChannelConfig,
  checkBlock,
  common,
  computeUpdate,
  decodeEnvelope,
  decodeTransaction,
  lastConfigIndex,
  peer as peers,
  verifyBlockSignature,
  type Block,
} from '@cotrace/fabric-model';
import {
  addOrganisation,
  changeBatch,
  changedBy,
  OrdererClient,
  removeOrganisation,
  revokeCertificates,
  updateChannel,
  updateEnvelope,
  type Change,
} from '../channel-update/index.js';
import { applicationOrganisation } from '../config/index.js';
import type { OrdererEndpoint } from '../fabric/leader.js';
import { PeerAdministration } from '../fabric/peer-admin.js';
import { CryptoLayout, peerHost } from '../identity/layout.js';
import { loadIdentity, type SigningIdentity } from '../identity/signer.js';
import { loadTls } from '../identity/tls.js';
import { start } from './start.js';
import { startAssetNetwork, text, waitForChaincode, type AssetNetwork } from './testing/asset-network.js';
import { connectGateway, organisationOf, userOf } from './testing/gateway-client.js';
import { revocationList } from './testing/revocation-list.js';
import { quickTopology } from './testing/test-network.js';

jest.setTimeout(120_000);

const quick = quickTopology();
const ORG4 = { name: 'org4', mspId: 'Org4MSP', domain: 'org4.example.com', founder: false } as const;
const topology = { ...quick, organisations: [...quick.organisations, ORG4] };

describe('configuration updates', () => {
  let asset: AssetNetwork;
  let layout: CryptoLayout;
  let orderer: OrdererEndpoint;
  let ordererAdmin: SigningIdentity;

  beforeAll(async () => {
    asset = await startAssetNetwork({ topology });
    const { networkInfo } = asset.network;
    layout = new CryptoLayout(networkInfo.cryptoDir, topology);
    ordererAdmin = loadIdentity(join(layout.ordererAdmin(), 'msp'), topology.orderer.mspId);
    orderer = {
      address: networkInfo.orderer.address,
      serverName: networkInfo.orderer.name,
      ca: loadTls(join(layout.orderer(), 'tls')).ca,
      reader: ordererAdmin,
    };
  });
  afterAll(() => asset.close());

  const admin = (name: string): SigningIdentity => userOf(asset.network, name, 'Admin');
  const update = (change: Change, ...signers: [SigningIdentity, ...SigningIdentity[]]): Promise<Block> =>
    updateChannel({ orderer, channel: 'main', changes: [change], signers });
  const members = (): string[] =>
    asset.network
      .ledger('main')
      .config.members()
      .map(({ mspId }) => mspId);
  const genesis = async (): Promise<Uint8Array> =>
    (await asset.network.ledger('main').block(0n))?.bytes ?? new Uint8Array();

  /** Submits through the gateway of an organisation's peer; how many organisations endorsed it. */
  async function submit(organisation: string, key: string, user = 'User1'): Promise<number> {
    const connection = connectGateway(asset.network, organisation, userOf(asset.network, organisation, user));
    try {
      const contract = connection.gateway.getNetwork('main').getContract('asset');
      const commit = await contract.submitAsync('put', { arguments: [key, organisation] });
      const { successful, blockNumber, transactionId } = await commit.getStatus();
      expect(successful).toBe(true);
      const block = await asset.network.ledger('main').block(blockNumber);
      const at = block?.transactions.find(({ txId }) => txId === transactionId)?.txNum ?? 0;
      const envelope = decodeEnvelope(block?.block.envelopes[at] ?? new Uint8Array());
      return decodeTransaction(envelope).endorsements.length;
    } finally {
      connection.close();
    }
  }

  it('stand alone in a block that names the configuration in force, and act at once', async () => {
    const ledger = asset.network.ledger('main');
    const before = ledger.config;
    const block = await update(changeBatch({ maxMessageCount: 7 }, '20ms'), ordererAdmin);
    expect(block.envelopes).toHaveLength(1);
    expect(lastConfigIndex(block)).toBe(block.number);
    const previous = await ledger.block(block.number - 1n);
    checkBlock(block, previous?.block ?? block);
    verifyBlockSignature(block, before, before.manager());
    expect(ledger.config.sequence).toBe(1n);
    expect(ledger.config.orderer.batchSize.maxMessageCount).toBe(7);
    expect(ledger.config.orderer.batchTimeout).toBe('20ms');
    await submit('org1', 'after');
    const next = await ledger.block(block.number + 1n);
    expect(next && lastConfigIndex(next.block)).toBe(block.number);
    const committed = await ledger.block(block.number);
    expect(committed?.transactions).toMatchObject([
      { code: peers.TxValidationCode.VALID, type: common.HeaderType.CONFIG },
    ]);
    expect(ChannelConfig.fromBlock(block.bytes).sequence).toBe(1n);
  });

  it('are refused in Fabric’s words, with its status', async () => {
    const join4 = addOrganisation('Org4MSP', applicationOrganisation(ORG4, layout));
    const { height } = asset.network.ledger('main');
    const start = "error applying config update to existing channel 'main': ";
    await expect(update(join4, admin('org1'))).rejects.toMatchObject({
      code: 'CHANNEL_UPDATE',
      detail: {
        status: 'BAD_REQUEST',
        info: `${start}error authorizing update: error validating DeltaSet: policy for [Group]  /Channel/Application not satisfied: implicit policy evaluation failed - 1 sub-policies were satisfied, but this policy requires 2 of the 'Admins' sub-policies to be satisfied`,
      },
    });
    await expect(update(changeBatch({ maxMessageCount: 0 }), ordererAdmin)).rejects.toMatchObject({
      detail: {
        status: 'BAD_REQUEST',
        info: `${start}initializing channelconfig failed: could not create channel Orderer sub-group config: Attempted to set the batch size max message count to an invalid value: 0`,
      },
    });
    await expect(update(join4, userOf(asset.network, 'org4', 'Admin'), admin('org1'))).rejects.toMatchObject({
      detail: {
        status: 'FORBIDDEN',
        info: expect.stringContaining(
          'config update for existing channel did not pass initial checks: ',
        ) as unknown,
      },
    });
    await expect(update(changeBatch({}), ordererAdmin)).rejects.toMatchObject({ code: 'CONFIG_UPDATE' });
    expect(asset.network.ledger('main').height).toBe(height);
  });

  it('of one configuration: the first counts, and the second is told so, or dropped', async () => {
    const client = new OrdererClient(orderer);
    const { config } = asset.network.ledger('main');
    const { height } = asset.network.ledger('main');
    const envelope = (count: number): common.Envelope =>
      updateEnvelope(
        'main',
        computeUpdate('main', config.group, changedBy(config.group, changeBatch({ maxMessageCount: count }))),
        [ordererAdmin],
      );
    const answers = await Promise.allSettled([client.broadcast(envelope(8)), client.broadcast(envelope(9))]);
    expect(answers.map((answer) => answer.status)).toContain('fulfilled');
    await submit('org1', 'between');
    const blocks = [height, height + 1n].map((number) => asset.network.ledger('main').block(number));
    const types = (await Promise.all(blocks)).map((block) => block?.transactions[0]?.type);
    expect(types).toEqual([common.HeaderType.CONFIG, common.HeaderType.ENDORSER_TRANSACTION]);
    expect(asset.network.ledger('main').config.sequence).toBe(config.sequence + 1n);
    await expect(client.broadcast(envelope(10))).rejects.toMatchObject({
      detail: {
        info: expect.stringContaining('attempt to set key [Value]  /Channel/Orderer/BatchSize') as unknown,
      },
    });
    client.close();
  });

  it('make members of organisations, whose peers take up the channel from its genesis block', async () => {
    const administration = new PeerAdministration({
      address: asset.network.networkInfo.peers['org4']?.address ?? '',
      serverName: peerHost(ORG4),
      tlsRoots: loadTls(join(layout.peer(organisationOf(asset.network, 'org4')), 'tls')).ca,
      admin: admin('org4'),
    });
    expect(await administration.channels()).toEqual([]);
    await administration.join(await genesis());
    await expect(administration.join(await genesis())).rejects.toThrow('already exists');
    expect(await administration.channels()).toEqual(['main']);
    administration.close();
    await expect(submit('org4', 'early')).rejects.toThrow();
    expect(await submit('org1', 'early')).toBe(2);
    await update(
      addOrganisation('Org4MSP', applicationOrganisation(ORG4, layout)),
      admin('org3'),
      admin('org1'),
    );
    expect(members()).toEqual(['Org1MSP', 'Org2MSP', 'Org3MSP', 'Org4MSP']);
    await asset.deploy('asset', asset.chaincode);
    await waitForChaincode(asset.network, 'main', 'asset');
    expect(await submit('org4', 'member')).toBe(3);
    const read = await asset.contract.evaluateTransaction('read', 'member');
    expect(text(read)).toContain('org4');
  });

  it('take members away, who can no longer submit, endorse, or pull blocks', async () => {
    const following = connectGateway(asset.network, 'org3');
    const events = await following.gateway.getNetwork('main').getBlockEvents();
    expect(await submit('org3', 'last')).toBe(3);
    const followed = (async (): Promise<number> => {
      let seen = 0;
      for await (const block of events) seen += block.hasHeader() ? 1 : 0;
      return seen;
    })();
    followed.catch(() => undefined);
    await expect(update(removeOrganisation('Org3MSP'), admin('org1'), admin('org2'))).rejects.toThrow(
      "requires 3 of the 'Admins' sub-policies",
    );
    await update(removeOrganisation('Org3MSP'), admin('org1'), admin('org2'), admin('org4'));
    expect(members()).toEqual(['Org1MSP', 'Org2MSP', 'Org4MSP']);
    await expect(followed).rejects.toThrow(`Unexpected status response: ${common.Status.FORBIDDEN}`);
    following.close();
    await expect(submit('org3', 'gone')).rejects.toThrow();
    const client = new OrdererClient({ ...orderer, reader: userOf(asset.network, 'org3') });
    await expect(client.configurationBlock('main')).rejects.toMatchObject({
      detail: { status: 'FORBIDDEN' },
    });
    client.close();
    expect(await submit('org1', 'without')).toBe(2);
  });

  it('revoke certificates', async () => {
    expect(await submit('org2', 'unrevoked')).toBe(2);
    const folder = layout.organisation(organisationOf(asset.network, 'org2'));
    const list = await revocationList(folder, userOf(asset.network, 'org2').certificate);
    await update(revokeCertificates('Org2MSP', [list]), admin('org2'));
    await expect(submit('org2', 'revoked')).rejects.toMatchObject({ code: status.ABORTED });
    expect(await submit('org2', 'not revoked', 'Admin')).toBe(2);
  });

  it('are there after a restart, and so is what peers joined', async () => {
    const { config } = asset.network.ledger('main');
    const height = asset.network.ledger('main').height;
    await asset.network.stop();
    const dir = dirname(asset.network.networkInfo.cryptoDir);
    const again = await start({ topology, dir });
    try {
      expect(again.ledger('main').config.sequence).toBe(config.sequence);
      expect(again.ledger('main').height).toBe(height);
      const connection = connectGateway(again, 'org4');
      const info = connection.gateway
        .getNetwork('main')
        .getContract('qscc')
        .evaluateTransaction('GetChainInfo', 'main');
      expect((await info).length).toBeGreaterThan(0);
      connection.close();
    } finally {
      await again.stop();
    }
  });
});
