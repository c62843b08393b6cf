import { toBinary } from '@bufbuild/protobuf';
import { ChannelConfig } from '../config/channel-config.js';
import { subgroup } from '../config/group.js';
import type { Organization } from '../config/organization.js';
import { ConfigEnvelopeSchema, type ConfigEnvelope, type ConfigGroup } from '../gen/fabric/common_pb.js';
import { allowsBft, checkCapabilities, migrates } from './capabilities.js';
import { checkGroupForms } from './group-forms.js';
import { checkRaft } from './raft-metadata.js';
import { refused, step } from './refused.js';
import { checkValues } from './successor-values.js';

/**
 * The configuration of an envelope, if Fabric could use it and it may follow `current`. Throws `CONFIG_UPDATE`, in Fabric's words but where
 * certificates or policies cannot be used. Source: Fabric `orderer/common/multichannel/chainsupport.go`, `ProposeConfigUpdate`;
 * `common/channelconfig/bundle.go`.
 */
export function checkSuccessor(current: ChannelConfig, envelope: ConfigEnvelope): ChannelConfig {
  const channel = envelope.config?.channelGroup;
  if (channel === undefined) throw refused('config must contain a channel group');
  checkOrderersFirst(channel);
  requireSections(channel);
  const next = step('initializing channelconfig failed', () => {
    checkGroupForms(channel);
    checkValues(channel);
    return ChannelConfig.fromConfigEnvelope(toBinary(ConfigEnvelopeSchema, envelope), current.channelId);
  });
  checkCapabilities(next.capabilities);
  checkFollows(current, next);
  step('consensus metadata update for channel config update is invalid', () =>
    checkRaft(current.orderer, next.orderer),
  );
  return next;
}

/** Source: Fabric `common/channelconfig/bundle.go`, `preValidate`. */
function checkOrderersFirst(channel: ConfigGroup): void {
  const names = (group: ConfigGroup | null): readonly string[] => Object.keys(group?.values ?? {});
  const orderer = subgroup(channel, 'Orderer');
  if (orderer === null || names(orderer).includes('Capabilities')) return;
  if (names(channel).includes('Capabilities')) {
    throw refused('cannot enable channel capabilities without orderer support first');
  }
  if (names(subgroup(channel, 'Application')).includes('Capabilities')) {
    throw refused('cannot enable application capabilities without orderer support first');
  }
}

function requireSections(channel: ConfigGroup): void {
  if (subgroup(channel, 'Orderer') === null) {
    throw refused('config update is not compatible: config does not contain orderer config');
  }
  if (subgroup(channel, 'Application') === null) {
    throw refused('current config has application section, but new config does not');
  }
}

/** Source: Fabric `common/channelconfig/bundle.go`, `ValidateNew`. */
function checkFollows(current: ChannelConfig, next: ChannelConfig): void {
  const [before, after] = [current.orderer.consensusType, next.orderer.consensusType];
  if (!migrates(current.capabilities) && before !== after) {
    throw refused(`attempted to change consensus type from ${before} to ${after}`);
  }
  if (!allowsBft(current.capabilities) && allowsBft(next.capabilities)) {
    const without = next.ordererOrgs.find(({ endpoints }) => endpoints.length === 0);
    if (without !== undefined) {
      const reason = `endpoints of org ${without.name} are missing`;
      throw refused(`illegal orderer config update detected: ${reason}`);
    }
  }
  checkMspIds('orderer', current.ordererOrgs, next.ordererOrgs);
  checkMspIds('application', current.applicationOrgs, next.applicationOrgs);
}

function checkMspIds(part: string, before: readonly Organization[], after: readonly Organization[]): void {
  for (const { name, mspId } of before) {
    const changed = after.find((organisation) => organisation.name === name);
    if (changed === undefined || changed.mspId === mspId) continue;
    throw refused(`${part} org ${name} attempted to change MSP ID from ${mspId} to ${changed.mspId}`);
  }
}
