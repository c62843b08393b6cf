import {
  BlockDataHashingStructureSchema,
  HashingAlgorithmSchema,
  OrdererAddressesSchema,
  type ConfigGroup,
} from '../gen/fabric/common_pb.js';
import { BatchSizeSchema, BatchTimeoutSchema } from '../gen/fabric/orderer_pb.js';
import type { ChannelConfig } from '../config/channel-config.js';
import { goDuration } from '../config/go-duration.js';
import { capabilitiesOf, subgroup, valueOf } from '../config/group.js';
import { allowsAcls, allowsBft, migrates } from './capabilities.js';
import { refused, step } from './refused.js';

// The only width that Fabric accepts: data hashes are not trees.
const NO_TREE_WIDTH = 0xffffffff;
const HASHES = ['SHA256', 'SHA3_256'];

type Capabilities = ChannelConfig['capabilities'];

/**
 * Checks values of a channel group of whose form `checkGroupForms` is satisfied. Throws `CONFIG_UPDATE`, in Fabric's words.
 * Source: Fabric `common/channelconfig/channel.go`, `orderer.go`, `application.go`.
 */
export function checkValues(channel: ConfigGroup): void {
  const [application, orderer] = [subgroup(channel, 'Application'), subgroup(channel, 'Orderer')];
  const capabilities: Capabilities = {
    channel: capabilitiesOf(channel),
    application: application === null ? [] : capabilitiesOf(application),
    orderer: orderer === null ? [] : capabilitiesOf(orderer),
  };
  checkChannel(channel, capabilities);
  if (application !== null) {
    step('could not create channel Application sub-group config', () =>
      checkApplication(application, capabilities),
    );
  }
  if (orderer !== null) {
    step('could not create channel Orderer sub-group config', () => checkOrderer(orderer, capabilities));
  }
}

function checkChannel(channel: ConfigGroup, capabilities: Capabilities): void {
  const hash = valueOf(channel, 'HashingAlgorithm', HashingAlgorithmSchema)?.name ?? '';
  if (!HASHES.includes(hash)) throw refused(`Unknown hashing algorithm type: ${hash}`);
  const width = valueOf(channel, 'BlockDataHashingStructure', BlockDataHashingStructureSchema)?.width;
  if (width !== NO_TREE_WIDTH) {
    throw refused('BlockDataHashStructure width only supported at MaxUint32 in this version');
  }
  const addresses = valueOf(channel, 'OrdererAddresses', OrdererAddressesSchema)?.addresses ?? [];
  if (!migrates(capabilities) && addresses.length === 0) throw refused('Must set some OrdererAddresses');
  if (allowsBft(capabilities) && addresses.length > 0) {
    const instead = 'use org specific addresses only';
    throw refused(`global OrdererAddresses are not allowed with V3_0 capability, ${instead}`);
  }
}

function checkApplication(application: ConfigGroup, capabilities: Capabilities): void {
  if (allowsAcls(capabilities) || !Object.hasOwn(application.values, 'ACLs')) return;
  throw refused('ACLs may not be specified without the required capability');
}

function checkOrderer(orderer: ConfigGroup, capabilities: Capabilities): void {
  checkBatch(orderer);
  const without: string[] = [];
  for (const [name, organisation] of Object.entries(orderer.groups)) {
    const endpoints = valueOf(organisation, 'Endpoints', OrdererAddressesSchema);
    if (!migrates(capabilities) && endpoints !== null) {
      const until = 'until V1_4_2+ capabilities have been enabled';
      throw refused(`Orderer Org ${name} cannot contain endpoints value ${until}`);
    }
    if ((endpoints?.addresses ?? []).length === 0) without.push(name);
  }
  if (allowsBft(capabilities) && without.length > 0) {
    throw refused(`some orderer organizations endpoints are empty: [${without.join(' ')}]`);
  }
}

function checkBatch(orderer: ConfigGroup): void {
  const size = valueOf(orderer, 'BatchSize', BatchSizeSchema);
  const { maxMessageCount = 0, absoluteMaxBytes = 0, preferredMaxBytes = 0 } = size ?? {};
  const zero = (what: string, value: number): void => {
    if (value !== 0) return;
    throw refused(`Attempted to set the batch size ${what} to an invalid value: 0`);
  };
  zero('max message count', maxMessageCount);
  zero('absolute max bytes', absoluteMaxBytes);
  zero('preferred max bytes', preferredMaxBytes);
  if (preferredMaxBytes > absoluteMaxBytes) {
    const preferred = `the batch size preferred max bytes (${preferredMaxBytes})`;
    throw refused(`Attempted to set ${preferred} greater than the absolute max bytes (${absoluteMaxBytes}).`);
  }
  const timeout = valueOf(orderer, 'BatchTimeout', BatchTimeoutSchema)?.timeout ?? '';
  const milliseconds = goDuration(timeout);
  if (milliseconds === null) {
    const reason = `time: invalid duration ${JSON.stringify(timeout)}`;
    throw refused(`Attempted to set the batch timeout to a invalid value: ${reason}`);
  }
  if (milliseconds <= 0) {
    throw refused(`Attempted to set the batch timeout to a non-positive value: ${timeout}`);
  }
}
