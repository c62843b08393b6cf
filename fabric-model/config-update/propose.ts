import { create, toBinary } from '@bufbuild/protobuf';
import { equalBytes } from '@cotrace/core';
import {
  ChannelHeaderSchema,
  ConfigEnvelopeSchema,
  ConfigGroupSchema,
  ConfigUpdateEnvelopeSchema,
  HeaderType,
  PayloadSchema,
  type ConfigEnvelope,
  type ConfigGroup,
  type ConfigUpdateEnvelope,
  type Envelope,
} from '../gen/fabric/common_pb.js';
import type { MspManager } from '../identity/manager.js';
import { authorizedElements, type InForce } from './authorize.js';
import { groupOf, inOrder } from './elements.js';
import { read, refused, step } from './refused.js';

/**
 * The configuration that an envelope of type CONFIG_UPDATE makes of the one in force, to be ordered. Throws `CONFIG_UPDATE`, in Fabric's
 * words, where the update does not fit or is not allowed. `manager` is that of `current`; null: signatures are not looked at, as while
 * they are gathered. What the new configuration says is not looked at, see `checkSuccessor`. Source: Fabric `common/configtx/validator.go`, `ProposeConfigUpdate`.
 */
export function proposeConfiguration(
  current: InForce,
  manager: MspManager | null,
  envelope: Envelope,
): ConfigEnvelope {
  const update = step('error converting envelope to config update', () => updateEnvelopeOf(envelope));
  const channelGroup = step('error authorizing update', () => updatedGroup(current, manager, update));
  return create(ConfigEnvelopeSchema, {
    config: { sequence: current.sequence + 1n, channelGroup },
    lastUpdate: envelope,
  });
}

/**
 * Checks that a configuration is what its own `last_update` makes of the one in force, as every peer does before it takes it over.
 * Throws `CONFIG_UPDATE`. Source: Fabric `common/configtx/validator.go`, `Validate`.
 */
export function checkConfiguration(
  current: InForce,
  manager: MspManager,
  { config, lastUpdate }: ConfigEnvelope,
): void {
  if (config?.channelGroup === undefined) throw refused('config envelope has nil config');
  if (config.sequence !== current.sequence + 1n) {
    const now = `config currently at sequence ${current.sequence}`;
    throw refused(`${now}, cannot validate config at sequence ${config.sequence}`);
  }
  if (lastUpdate === undefined) throw refused('config envelope has no update');
  const made = updatedGroup(current, manager, updateEnvelopeOf(lastUpdate));
  if (!equalBytes(canonical(made), canonical(config.channelGroup))) {
    throw refused('ConfigEnvelope LastUpdate did not produce the supplied config result');
  }
}

function updatedGroup(
  current: InForce,
  manager: MspManager | null,
  update: ConfigUpdateEnvelope,
): ConfigGroup {
  return groupOf(authorizedElements(current, manager, update));
}

function canonical(group: ConfigGroup): Uint8Array {
  return toBinary(ConfigGroupSchema, inOrder(group));
}

/** Source: Fabric `protoutil/commonutils.go`, `UnmarshalEnvelopeOfType`. */
function updateEnvelopeOf({ payload }: Envelope): ConfigUpdateEnvelope {
  const { header, data } = step('error unmarshalling Payload', () => read(PayloadSchema, payload));
  if (header === undefined) throw refused('envelope must have a Header');
  const { type } = step('error unmarshalling ChannelHeader', () =>
    read(ChannelHeaderSchema, header.channelHeader),
  );
  if (type !== (HeaderType.CONFIG_UPDATE as number)) {
    throw refused(`invalid type ${HeaderType[type] ?? type}, expected CONFIG_UPDATE`);
  }
  return step('error unmarshalling message for type CONFIG_UPDATE', () =>
    read(ConfigUpdateEnvelopeSchema, data),
  );
}
