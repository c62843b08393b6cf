import { existsSync, readFileSync } from 'node:fs';
import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import { sha256, utf8 } from '@cotrace/core';
import { readBlockFile } from '../block/block-file.js';
import {
  BlockSchema,
  CapabilitiesSchema,
  ChannelHeaderSchema,
  ConfigEnvelopeSchema,
  ConfigGroupSchema,
  ConfigValueSchema,
  EnvelopeSchema,
  HeaderType,
  MSPConfigSchema,
  OrdererAddressesSchema,
  OrderersSchema,
  PayloadSchema,
  type ConfigGroup,
  type ConfigValue,
} from '../gen/fabric/common_pb.js';
import { BatchSizeSchema, BatchTimeoutSchema, ConsensusTypeSchema } from '../gen/fabric/orderer_pb.js';
import { ACLsSchema, AnchorPeersSchema } from '../gen/fabric/peer_pb.js';
import { issue, mspConfig, serialized } from '../identity/testing/pki.js';
import { ChannelConfig } from './channel-config.js';

type Values = Record<string, Uint8Array>;

function group(values: Values, groups: Record<string, ConfigGroup> = {}): ConfigGroup {
  const entries = Object.entries(values).map(([name, value]): [string, ConfigValue] => [
    name,
    create(ConfigValueSchema, { value }),
  ]);
  return create(ConfigGroupSchema, { values: Object.fromEntries(entries), groups });
}

const capabilities = (...names: string[]): Uint8Array =>
  toBinary(
    CapabilitiesSchema,
    create(CapabilitiesSchema, { capabilities: Object.fromEntries(names.map((name) => [name, {}])) }),
  );
const msp = (config: Uint8Array, type = 0): Uint8Array =>
  toBinary(MSPConfigSchema, create(MSPConfigSchema, { type, config }));
const addresses = (...list: string[]): Uint8Array =>
  toBinary(OrdererAddressesSchema, create(OrdererAddressesSchema, { addresses: list }));

const orgs = {
  Zeta: mspConfig({ name: 'AMSP', rootCerts: [(await issue({ subject: 'CN=a' })).pem] }),
  Alpha: mspConfig({ name: 'ZMSP', rootCerts: [(await issue({ subject: 'CN=z' })).pem] }),
  Orderer: mspConfig({ name: 'OrdererMSP', rootCerts: [(await issue({ subject: 'CN=o' })).pem] }),
};

const ordering: Values = {
  BatchSize: toBinary(
    BatchSizeSchema,
    create(BatchSizeSchema, { maxMessageCount: 128, absoluteMaxBytes: 9, preferredMaxBytes: 8 }),
  ),
  BatchTimeout: toBinary(BatchTimeoutSchema, create(BatchTimeoutSchema, { timeout: '200ms' })),
  ConsensusType: toBinary(ConsensusTypeSchema, create(ConsensusTypeSchema, { type: 'BFT' })),
  Orderers: toBinary(
    OrderersSchema,
    create(OrderersSchema, { consenterMapping: [{ id: 7, mspId: 'OrdererMSP', identity: utf8('PEM') }] }),
  ),
  Capabilities: capabilities('V2_0'),
};

const anchors = toBinary(
  AnchorPeersSchema,
  create(AnchorPeersSchema, { anchorPeers: [{ host: 'peer', port: 7051 }] }),
);
const acls = toBinary(
  ACLsSchema,
  create(ACLsSchema, { acls: { 'peer/Propose': { policyRef: '/Channel/Application/Writers' } } }),
);

function application(organisations: Record<string, ConfigGroup>): ConfigGroup {
  return group({ Capabilities: capabilities('V2_5'), ACLs: acls }, organisations);
}

function channel(
  parts: { application?: ConfigGroup; orderer?: Values; ordererOrg?: Values; capabilities?: string[] } = {},
): Uint8Array {
  const channelGroup = group(
    {
      Capabilities: capabilities(...(parts.capabilities ?? ['V3_0'])),
      OrdererAddresses: addresses('old:7050'),
    },
    {
      Application:
        parts.application ??
        application({
          Zeta: group({ MSP: msp(orgs.Zeta), AnchorPeers: anchors }),
          Alpha: group({ MSP: msp(orgs.Alpha) }),
        }),
      Orderer: group(parts.orderer ?? ordering, {
        Orderer: group(parts.ordererOrg ?? { MSP: msp(orgs.Orderer), Endpoints: addresses('orderer:7050') }),
      }),
    },
  );
  return toBinary(
    ConfigEnvelopeSchema,
    create(ConfigEnvelopeSchema, { config: { sequence: 3n, channelGroup } }),
  );
}

function block(type: number, ...data: Uint8Array[]): Uint8Array {
  const channelHeader = toBinary(
    ChannelHeaderSchema,
    create(ChannelHeaderSchema, { type, channelId: 'main' }),
  );
  const envelopes = data.map((payload) =>
    toBinary(
      EnvelopeSchema,
      create(EnvelopeSchema, {
        payload: toBinary(PayloadSchema, create(PayloadSchema, { header: { channelHeader }, data: payload })),
      }),
    ),
  );
  return toBinary(BlockSchema, create(BlockSchema, { header: { number: 0n }, data: { data: envelopes } }));
}

describe('A channel configuration', () => {
  const config = ChannelConfig.fromBlock(block(HeaderType.CONFIG, channel()));

  it('says which channel it is of, its capabilities, access rules and ordering', () => {
    expect(config.channelId).toBe('main');
    expect(config.sequence).toBe(3n);
    expect(config.capabilities).toEqual({ channel: ['V3_0'], application: ['V2_5'], orderer: ['V2_0'] });
    expect(config.acls).toEqual(new Map([['peer/Propose', '/Channel/Application/Writers']]));
    expect(config.orderer.batchSize).toEqual({
      maxMessageCount: 128,
      absoluteMaxBytes: 9,
      preferredMaxBytes: 8,
    });
    expect(config.orderer.batchTimeout).toBe('200ms');
    expect(config.orderer.consensusType).toBe('BFT');
    expect(config.ordererAddresses).toEqual(['old:7050', 'orderer:7050']);
  });

  it('lists organisations by group name and members by MSP id, with the hash of the bytes it holds', () => {
    expect(config.applicationOrgs.map(({ name, mspId }) => [name, mspId])).toEqual([
      ['Alpha', 'ZMSP'],
      ['Zeta', 'AMSP'],
    ]);
    expect(config.applicationOrgs[1]?.anchorPeers).toEqual([{ host: 'peer', port: 7051 }]);
    expect(config.members()).toEqual([
      { mspId: 'AMSP', configHash: sha256(orgs.Zeta) },
      { mspId: 'ZMSP', configHash: sha256(orgs.Alpha) },
    ]);
    expect(config.msps.map(({ mspId }) => mspId).sort()).toEqual(['AMSP', 'OrdererMSP', 'ZMSP']);
  });

  it('names consenters by number, on channels that allow it', () => {
    expect(config.bft).toBe(true);
    expect(config.consenterIdentity(7)).toEqual(serialized('OrdererMSP', utf8('PEM')));
    expect(config.consenterIdentity(8)).toBeNull();
    expect(ChannelConfig.fromConfigEnvelope(channel({ capabilities: ['V2_0'] }), 'main').bft).toBe(false);
  });

  it('counts an organisation that both orders and endorses as one MSP, if its MSP is the same', () => {
    const both = application({ Both: group({ MSP: msp(orgs.Orderer) }) });
    expect(ChannelConfig.fromConfigEnvelope(channel({ application: both }), 'main').msps).toHaveLength(1);
  });

  it('is refused with two different MSPs of one id', async () => {
    const rival = mspConfig({ name: 'AMSP', rootCerts: [(await issue({ subject: 'CN=rival' })).pem] });
    expect(() =>
      ChannelConfig.fromConfigEnvelope(channel({ ordererOrg: { MSP: msp(rival) } }), 'main'),
    ).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }));
  });

  const without = (name: string): Values =>
    Object.fromEntries(Object.entries(ordering).filter(([key]) => key !== name));
  it.each<[string, string, Uint8Array]>([
    ['bytes that are no message', 'BAD_PROTOBUF', block(HeaderType.CONFIG, utf8('?'))],
    ['no configuration', 'BAD_CONFIG', block(HeaderType.CONFIG, new Uint8Array())],
    ['a transaction', 'BAD_CONFIG', block(HeaderType.ENDORSER_TRANSACTION, channel())],
    ['two envelopes', 'BAD_CONFIG', block(HeaderType.CONFIG, channel(), channel())],
    ['no envelope', 'BAD_CONFIG', block(HeaderType.CONFIG)],
    [
      'an organisation without MSP',
      'UNSUPPORTED_MSP',
      block(HeaderType.CONFIG, channel({ application: application({ X: group({}) }) })),
    ],
    [
      'an Idemix MSP',
      'UNSUPPORTED_MSP',
      block(HeaderType.CONFIG, channel({ ordererOrg: { MSP: msp(orgs.Orderer, 1) } })),
    ],
    ['no batch size', 'BAD_CONFIG', block(HeaderType.CONFIG, channel({ orderer: without('BatchSize') }))],
    [
      'a batch of nothing',
      'BAD_CONFIG',
      block(HeaderType.CONFIG, channel({ orderer: { ...ordering, BatchSize: new Uint8Array() } })),
    ],
  ])('is refused when there is %s', (_, code, bytes) => {
    expect(() => ChannelConfig.fromBlock(bytes)).toThrow(expect.objectContaining({ code }));
  });
});

const root = new URL('../../', import.meta.url);
const data = new URL(`${process.env['COTRACE_DATA'] ?? '../shared/data'}/fabric-ledgers/`, root);
const given = existsSync(data) ? describe : describe.skip;

given('Config blocks of real Fabric ledgers (skipped without the data folder)', () => {
  const configs = (name: string): ChannelConfig[] =>
    [...readBlockFile(readFileSync(new URL(`${name}.blockfile`, data)))].flatMap(({ envelopes, bytes }) => {
      const [envelope] = envelopes;
      return envelope !== undefined && envelopes.length === 1 && isConfig(bytes)
        ? [ChannelConfig.fromBlock(bytes)]
        : [];
    });
  const isConfig = (bytes: Uint8Array): boolean => {
    try {
      ChannelConfig.fromBlock(bytes);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'BAD_CONFIG' });
      return false;
    }
  };

  it.each<[string, string[][]]>([
    ['sample_prod', [['SampleOrg']]],
    [
      'sample_bad_ledger',
      [
        ['Org1MSP', 'Org2MSP'],
        ['Org1MSP', 'Org2MSP'],
        ['Org1MSP', 'Org2MSP'],
      ],
    ],
    ['sample_ledger_from_snapshot', [['Org1MSP', 'Org2MSP', 'Org3MSP']]],
  ])('of %s are understood', (name, members) => {
    const found = configs(name);
    expect(found.map((config) => config.members().map(({ mspId }) => mspId))).toEqual(members);
    for (const config of found) {
      expect(config.channelId).toBe('mychannel');
      expect(config.policy('/Channel/Orderer/BlockValidation')?.kind).toBe('implicit-meta');
      expect(config.policy('/Channel/Application/Endorsement')?.kind).toBe('implicit-meta');
      expect(config.ordererAddresses.length).toBeGreaterThan(0);
    }
  });
});
