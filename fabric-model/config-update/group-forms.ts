import type { DescMessage } from '@bufbuild/protobuf';
import {
  BlockDataHashingStructureSchema,
  CapabilitiesSchema,
  ConsortiumSchema,
  HashingAlgorithmSchema,
  MSPConfigSchema,
  OrdererAddressesSchema,
  OrderersSchema,
  type ConfigGroup,
} from '../gen/fabric/common_pb.js';
import {
  BatchSizeSchema,
  BatchTimeoutSchema,
  ChannelRestrictionsSchema,
  ConsensusTypeSchema,
} from '../gen/fabric/orderer_pb.js';
import { ACLsSchema, AnchorPeersSchema } from '../gen/fabric/peer_pb.js';
import { read, refused, step } from './refused.js';

type Values = Readonly<Record<string, DescMessage | null>>;

/** The values that each kind of group may have; null: of any content. Source: Fabric `common/channelconfig`. */
const CHANNEL: Values = {
  HashingAlgorithm: HashingAlgorithmSchema,
  BlockDataHashingStructure: BlockDataHashingStructureSchema,
  OrdererAddresses: OrdererAddressesSchema,
  Orderers: OrderersSchema,
  Consortium: ConsortiumSchema,
  Capabilities: CapabilitiesSchema,
};
const ORDERER: Values = {
  ConsensusType: ConsensusTypeSchema,
  BatchSize: BatchSizeSchema,
  BatchTimeout: BatchTimeoutSchema,
  KafkaBrokers: null,
  ChannelRestrictions: ChannelRestrictionsSchema,
  Orderers: OrderersSchema,
  Capabilities: CapabilitiesSchema,
};
const ORDERER_ORGANISATION: Values = { Endpoints: OrdererAddressesSchema, MSP: MSPConfigSchema };
const APPLICATION: Values = { ACLs: ACLsSchema, Capabilities: CapabilitiesSchema };
const APPLICATION_ORGANISATION: Values = { AnchorPeers: AnchorPeersSchema, MSP: MSPConfigSchema };

interface Section {
  readonly name: string;
  readonly values: Values;
  readonly organisations: Values;
  readonly noSubgroups: string;
}
const SECTIONS: readonly Section[] = [
  {
    name: 'Application',
    values: APPLICATION,
    organisations: APPLICATION_ORGANISATION,
    noSubgroups: 'ApplicationOrg config does not allow sub-groups',
  },
  {
    name: 'Orderer',
    values: ORDERER,
    organisations: ORDERER_ORGANISATION,
    noSubgroups: 'OrdererOrg config does not allow sub-groups',
  },
];

/**
 * Checks that a channel group has the groups and values that Fabric knows, and no others, and that they can be read.
 * Throws `CONFIG_UPDATE`, in Fabric's words. Source: Fabric `common/channelconfig/standardvalues.go`, `channel.go`.
 */
export function checkGroupForms(channel: ConfigGroup): void {
  checkValues(channel, CHANNEL);
  for (const [name, group] of Object.entries(channel.groups)) {
    const section = SECTIONS.find((known) => known.name === name);
    if (section === undefined) throw refused(`Disallowed channel group: ${name}`);
    step(`could not create channel ${name} sub-group config`, () => checkSection(group, section));
  }
}

function checkSection(group: ConfigGroup, { values, organisations, noSubgroups }: Section): void {
  checkValues(group, values);
  for (const organisation of Object.values(group.groups)) {
    if (Object.keys(organisation.groups).length > 0) throw refused(noSubgroups);
    checkValues(organisation, organisations);
  }
}

function checkValues(group: ConfigGroup, known: Values): void {
  step('failed to deserialize values', () => {
    for (const [name, { value }] of Object.entries(group.values)) {
      const schema = Object.hasOwn(known, name) ? known[name] : undefined;
      if (schema === undefined) throw refused(`Unexpected key ${name}`);
      if (schema !== null) read(schema, value);
    }
  });
}
