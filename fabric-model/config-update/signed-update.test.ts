import { clone, create, toBinary } from '@bufbuild/protobuf';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { utf8 } from '@cotrace/core';
import type { ChannelConfig } from '../config/channel-config.js';
import {
  ConfigEnvelopeSchema,
  ConfigGroupSchema,
  ConfigUpdateEnvelopeSchema,
  ConfigValueSchema,
  EnvelopeSchema,
  HeaderType,
  OrdererAddressesSchema,
  PolicySchema,
  type ConfigEnvelope,
  type ConfigGroup,
  type ConfigUpdateEnvelope,
} from '../gen/fabric/common_pb.js';
import {
  BatchSizeSchema,
  BatchTimeoutSchema,
  ConsensusType_State,
  ConsensusTypeSchema,
  RaftConfigMetadataSchema,
} from '../gen/fabric/orderer_pb.js';
import { encodeChannelHeader, encodePayload } from '../transaction/builders.js';
import { decode } from '../wire/decode.js';
import { computeUpdate } from './compute.js';
import { checkMaintenance } from './maintenance.js';
import { proposeConfiguration } from './propose.js';
import { signUpdate, unsignedUpdate, type UpdateSigner } from './signing.js';
import { checkSuccessor } from './successor.js';
import {
  capabilities,
  channelOf,
  configOf,
  organisation,
  raft,
  valueOf,
  type TestOrganisation,
} from './testing/channel.js';

const nonce = new Uint8Array(24);
let a: TestOrganisation;
let b: TestOrganisation;
let c: TestOrganisation;
let joins: TestOrganisation;
let orderer: TestOrganisation;
let channel: ConfigGroup;
let current: ChannelConfig;

beforeAll(async () => {
  [a, b, c, joins, orderer] = await Promise.all([
    organisation('AMSP'),
    organisation('BMSP'),
    organisation('CMSP'),
    organisation('DMSP'),
    organisation('OrdererMSP', 'orderer:7050'),
  ]);
  channel = channelOf([a, b, c], orderer);
  current = configOf(channel);
});

type Change = (channel: ConfigGroup) => void;

function changedBy(change: Change): ConfigGroup {
  const changed = clone(ConfigGroupSchema, channel);
  change(changed);
  return changed;
}

function section(group: ConfigGroup, name: string): ConfigGroup {
  return group.groups[name] ?? create(ConfigGroupSchema);
}

function set(
  group: ConfigGroup,
  name: string,
  value: { readonly modPolicy: string; readonly value: Uint8Array },
): void {
  group.values[name] = create(ConfigValueSchema, value);
}

function signed(change: Change, ...signers: UpdateSigner[]): ConfigUpdateEnvelope {
  const unsigned = unsignedUpdate(computeUpdate('main', channel, changedBy(change)));
  return signers.reduce((update, signer) => signUpdate(update, signer, nonce), unsigned);
}

function propose(update: ConfigUpdateEnvelope): ConfigEnvelope {
  const header = encodeChannelHeader({ type: HeaderType.CONFIG_UPDATE, channelId: 'main' });
  const data = toBinary(ConfigUpdateEnvelopeSchema, update);
  const payload = encodePayload(header, new Uint8Array(), data);
  return proposeConfiguration(current, current.manager(), create(EnvelopeSchema, { payload }));
}

/** What becomes of a channel group that everybody agreed to. */
function follow(change: Change): ChannelConfig {
  return checkSuccessor(
    current,
    create(ConfigEnvelopeSchema, { config: { sequence: 1n, channelGroup: changedBy(change) } }),
  );
}

const nothing: Change = () => undefined;
const join: Change = (changed) => {
  section(changed, 'Application').groups['DMSP'] = joins.group;
};
const leave: Change = (changed) => {
  delete section(changed, 'Application').groups['CMSP'];
};
const batch =
  (size: Parameters<typeof valueOf<typeof BatchSizeSchema>>[1]): Change =>
  (changed) =>
    set(section(changed, 'Orderer'), 'BatchSize', valueOf(BatchSizeSchema, size));

describe('a signed update', () => {
  it('lets organisations join and leave that most administrators agree to', () => {
    const config = (update: ConfigUpdateEnvelope) => {
      const next = checkSuccessor(current, propose(update));
      expect(next.sequence).toBe(1n);
      return next.members().map(({ mspId }) => mspId);
    };
    expect(config(signed(join, a.admin, c.admin))).toEqual(['AMSP', 'BMSP', 'CMSP', 'DMSP']);
    expect(config(signed(leave, a.admin, b.admin))).toEqual(['AMSP', 'BMSP']);
  });

  const few = (satisfied: number): string =>
    'error authorizing update: error validating DeltaSet: policy for [Group]  /Channel/Application not satisfied: ' +
    `implicit policy evaluation failed - ${satisfied} sub-policies were satisfied, but this policy requires 2 of the 'Admins' sub-policies to be satisfied`;

  it.each<[string, number, () => ConfigUpdateEnvelope]>([
    ['nobody', 0, () => signed(join)],
    ['too few', 1, () => signed(join, a.admin)],
    ['one administrator twice', 1, () => signed(join, a.admin, a.admin)],
    ['an administrator and a client', 1, () => signed(join, a.admin, b.client)],
    ['the orderers', 0, () => signed(join, orderer.admin)],
    ['the organisation that joins', 1, () => signed(join, a.admin, joins.admin)],
    [
      'somebody who signed another update',
      1,
      () => {
        const mine = signed(join, a.admin);
        return { ...mine, signatures: [...mine.signatures, ...signed(leave, b.admin).signatures] };
      },
    ],
    [
      'somebody whose signature header was changed',
      1,
      () => {
        const [first, second] = signed(join, a.admin, b.admin).signatures;
        const [other] = signUpdate(signed(join), b.admin, new Uint8Array(23)).signatures;
        const forged = { ...(second ?? fail()), signatureHeader: other?.signatureHeader ?? nonce };
        return { ...signed(join), signatures: [first ?? fail(), forged] };
      },
    ],
  ])('of %s is refused', (_, satisfied, update) => {
    expect(() => propose(update())).toThrow(
      expect.objectContaining({ code: 'CONFIG_UPDATE', message: few(satisfied) }),
    );
  });

  it('with a signature header that cannot be read is refused', () => {
    const update = signed(join, a.admin, b.admin);
    const broken = update.signatures.map((signature) => ({ ...signature, signatureHeader: utf8('?') }));
    expect(() => propose({ ...update, signatures: broken })).toThrow('proto: cannot parse');
  });

  it('of an organisation’s own group needs its administrator alone', () => {
    const own: Change = (changed) => {
      const group = section(section(changed, 'Application'), 'BMSP');
      group.policies['Extra'] = group.policies['Admins'] ?? fail();
    };
    expect(propose(signed(own, b.admin)).config?.sequence).toBe(1n);
    expect(() => propose(signed(own, a.admin, c.admin))).toThrow(
      'policy for [Group]  /Channel/Application/BMSP not satisfied: signature set did not satisfy policy',
    );
  });

  it('of the ordering is its administrators’ affair', () => {
    const more = batch({ maxMessageCount: 20, absoluteMaxBytes: 1000, preferredMaxBytes: 100 });
    expect(
      checkSuccessor(current, propose(signed(more, orderer.admin))).orderer.batchSize.maxMessageCount,
    ).toBe(20);
    expect(() => propose(signed(more, a.admin, b.admin, c.admin))).toThrow(
      '[Value]  /Channel/Orderer/BatchSize not satisfied',
    );
  });
});

describe('a configuration that follows another', () => {
  const size = { maxMessageCount: 1, absoluteMaxBytes: 2, preferredMaxBytes: 1 };
  const start = 'initializing channelconfig failed: ';
  const inOrderer = `${start}could not create channel Orderer sub-group config: `;
  const inApplication = `${start}could not create channel Application sub-group config: `;
  const inRaft = 'consensus metadata update for channel config update is invalid: ';
  const consensus = (metadata: Uint8Array, type = 'etcdraft', state = ConsensusType_State.NORMAL): Change =>
    changedOrderer('ConsensusType', valueOf(ConsensusTypeSchema, { type, metadata, state }));
  const changedOrderer =
    (name: string, value: { readonly modPolicy: string; readonly value: Uint8Array }): Change =>
    (changed) =>
      set(section(changed, 'Orderer'), name, value);
  const options = (change: object): Uint8Array => {
    const metadata = decode(RaftConfigMetadataSchema, raft('one'));
    Object.assign(metadata.options ?? {}, change);
    return toBinary(RaftConfigMetadataSchema, metadata);
  };
  const timeout = (text: string): Change =>
    changedOrderer('BatchTimeout', valueOf(BatchTimeoutSchema, { timeout: text }));
  const strange = { modPolicy: 'Admins', value: new Uint8Array() };

  it('may be of the same content', () => {
    expect(follow(nothing).members()).toHaveLength(3);
  });

  it.each<[string, string, Change]>([
    [
      'a batch of nothing',
      `${inOrderer}Attempted to set the batch size max message count to an invalid value: 0`,
      batch({ ...size, maxMessageCount: 0 }),
    ],
    [
      'no room for a batch',
      `${inOrderer}Attempted to set the batch size absolute max bytes to an invalid value: 0`,
      batch({ ...size, absoluteMaxBytes: 0 }),
    ],
    [
      'a batch without bytes',
      `${inOrderer}Attempted to set the batch size preferred max bytes to an invalid value: 0`,
      batch({ ...size, preferredMaxBytes: 0 }),
    ],
    [
      'a batch larger than it may be',
      `${inOrderer}Attempted to set the batch size preferred max bytes (3) greater than the absolute max bytes (2).`,
      batch({ ...size, preferredMaxBytes: 3 }),
    ],
    [
      'a timeout that is none',
      `${inOrderer}Attempted to set the batch timeout to a invalid value: time: invalid duration "soon"`,
      timeout('soon'),
    ],
    [
      'no time for a batch',
      `${inOrderer}Attempted to set the batch timeout to a non-positive value: 0s`,
      timeout('0s'),
    ],
    [
      'a hash of its own',
      `${start}Unknown hashing algorithm type: `,
      (group) => set(group, 'HashingAlgorithm', strange),
    ],
    [
      'trees for data hashes',
      `${start}BlockDataHashStructure width only supported at MaxUint32 in this version`,
      (group) => set(group, 'BlockDataHashingStructure', strange),
    ],
    [
      'a value that Fabric does not know',
      `${start}failed to deserialize values: Unexpected key Quorum`,
      (group) => set(group, 'Quorum', strange),
    ],
    [
      'a value in the wrong place',
      `${inApplication}failed to deserialize values: Unexpected key BatchSize`,
      (group) => set(section(group, 'Application'), 'BatchSize', strange),
    ],
    [
      'a value that cannot be read',
      `${inOrderer}failed to deserialize values: proto: cannot parse invalid wire-format data`,
      changedOrderer('BatchSize', { modPolicy: 'Admins', value: utf8('?') }),
    ],
    [
      'a group that Fabric does not know',
      `${start}Disallowed channel group: Auditors`,
      (group) => Object.assign(group.groups, { Auditors: create(ConfigGroupSchema) }),
    ],
    [
      'a group in an organisation',
      `${inApplication}ApplicationOrg config does not allow sub-groups`,
      (group) =>
        Object.assign(section(section(group, 'Application'), 'AMSP').groups, {
          X: create(ConfigGroupSchema),
        }),
    ],
    [
      'no orderers',
      'config update is not compatible: config does not contain orderer config',
      (group) => delete group.groups['Orderer'],
    ],
    [
      'no application',
      'current config has application section, but new config does not',
      (group) => delete group.groups['Application'],
    ],
    [
      'a capability of a later release',
      'config update is not compatible: config requires unsupported channel capabilities: Channel capability V9_0 is required but not supported: Channel capability V9_0 is required but not supported',
      (group) => set(group, 'Capabilities', capabilities('V2_0', 'V9_0')),
    ],
    [
      'a capability of orderers of a later release',
      'config update is not compatible: config requires unsupported orderer capabilities: Orderer capability V3_0 is required but not supported: Orderer capability V3_0 is required but not supported',
      changedOrderer('Capabilities', capabilities('V3_0')),
    ],
    [
      'capabilities that orderers have not',
      'cannot enable channel capabilities without orderer support first',
      (group) => delete section(group, 'Orderer').values['Capabilities'],
    ],
    [
      'addresses beside those of organisations',
      `${start}global OrdererAddresses are not allowed with V3_0 capability, use org specific addresses only`,
      (group) => {
        set(group, 'Capabilities', capabilities('V3_0'));
        set(group, 'OrdererAddresses', valueOf(OrdererAddressesSchema, { addresses: ['x:1'] }));
      },
    ],
    [
      'access rules without their capability',
      `${inApplication}ACLs may not be specified without the required capability`,
      (group) => {
        set(section(group, 'Application'), 'Capabilities', capabilities('V1_1'));
        set(section(group, 'Application'), 'ACLs', strange);
      },
    ],
    [
      'another name for the MSP of an organisation',
      'application org AMSP attempted to change MSP ID from AMSP to DMSP',
      (group) =>
        Object.assign(section(group, 'Application').groups, {
          AMSP: joins.group,
        }),
    ],
    [
      'a policy that cannot be compiled',
      `${start}policy /Channel/Application/Admins`,
      (group) =>
        Object.assign(section(group, 'Application').policies['Admins'] ?? {}, {
          policy: create(PolicySchema, { type: 1, value: utf8('?') }),
        }),
    ],
    [
      'no options of Raft',
      `${inRaft}invalid new config metadata: none of`,
      consensus(options({ heartbeatTick: 0 })),
    ],
    [
      'elections before heartbeats',
      `${inRaft}invalid new config metadata: ElectionTick (1) must be greater than HeartbeatTick (1)`,
      consensus(options({ electionTick: 1 })),
    ],
    [
      'no tick',
      `${inRaft}invalid new config metadata: TickInterval cannot be zero`,
      consensus(options({ tickInterval: '0s' })),
    ],
    ['no consenters', `${inRaft}invalid new config metadata: empty consenter set`, consensus(raft())],
    [
      'a consenter twice',
      `${inRaft}invalid new config metadata: duplicate consenter: server cert: server one, client cert: client one`,
      consensus(raft('one', 'one')),
    ],
    [
      'two new consenters at once',
      `${inRaft}update of more than one consenter at a time is not supported, requested changes: add 2 node(s), remove 0 node(s)`,
      consensus(raft('one', 'two', 'three')),
    ],
  ])('is refused with %s', (_, message, change) => {
    const run = (): unknown => follow(change);
    expect(run).toThrow(expect.objectContaining({ code: 'CONFIG_UPDATE' }));
    expect(run).toThrow(message);
  });

  describe('in its state of consensus', () => {
    const { NORMAL, MAINTENANCE } = ConsensusType_State;
    const filter = (change: Change, from = nothing): void => {
      const before = configOf(changedBy(from));
      const after = changedBy(change);
      const update = unsignedUpdate(computeUpdate('main', changedBy(from), after));
      checkMaintenance(before, configOf(after), update);
    };
    const maintenance = consensus(raft('one'), 'etcdraft', MAINTENANCE);

    it('goes into maintenance and out of it by that alone', () => {
      expect(() => filter(maintenance)).not.toThrow();
      expect(() => filter(nothing, maintenance)).not.toThrow();
    });

    it.each<[string, Change, Change]>([
      [
        'config update contain more then just the ConsensusType value in the Orderer group',
        (group) => {
          maintenance(group);
          timeout('1s')(group);
        },
        nothing,
      ],
      [
        'config update contains changes to more than one group',
        (group) => {
          maintenance(group);
          leave(group);
        },
        nothing,
      ],
      [
        'attempted to change ConsensusType.Metadata, but ConsensusType.State is changing from STATE_NORMAL to STATE_MAINTENANCE',
        consensus(raft('one', 'two'), 'etcdraft', MAINTENANCE),
        nothing,
      ],
      [
        'attempted to change ConsensusType.Type from etcdraft to BFT, but ConsensusType.State is changing from STATE_NORMAL to STATE_MAINTENANCE',
        consensus(raft('one'), 'BFT', MAINTENANCE),
        nothing,
      ],
      [
        'attempted to change consensus type from etcdraft to BFT, but current config ConsensusType.State is not in maintenance mode',
        consensus(raft('one'), 'BFT', NORMAL),
        nothing,
      ],
      [
        'attempted to change consensus type from etcdraft to kafka, transition not supported',
        consensus(raft('one'), 'kafka', MAINTENANCE),
        maintenance,
      ],
    ])('is refused: %s', (message, change, from) => {
      expect(() => filter(change, from)).toThrow(expect.objectContaining({ code: 'CONFIG_UPDATE', message }));
    });

    it('stays normal where orderers do not know of maintenance', () => {
      const old: Change = (group) => {
        set(section(group, 'Orderer'), 'Capabilities', capabilities('V1_1'));
      };
      const both: Change = (group) => {
        old(group);
        maintenance(group);
      };
      expect(() => filter(both, old)).toThrow(
        'next config attempted to change ConsensusType.State to STATE_MAINTENANCE, but capability is disabled',
      );
    });
  });
});

function fail(): never {
  throw new Error('it should be there');
}
