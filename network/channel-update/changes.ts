import { clone, create, toBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import { common, decode, orderer } from '@cotrace/fabric-model';

/** A change of a configuration: it is given a channel group of its own, and changes that. */
export type Change = (channel: common.ConfigGroup) => void;

/** A group as changes leave it. */
export function changedBy(channel: common.ConfigGroup, ...changes: readonly Change[]): common.ConfigGroup {
  const changed = clone(common.ConfigGroupSchema, channel);
  for (const change of changes) change(changed);
  return changed;
}

/** Makes an organisation a member, or gives the member of that name another group. */
export function addOrganisation(name: string, organisation: common.ConfigGroup): Change {
  return (channel) => {
    groupAt(channel, 'Application').groups[name] = organisation;
  };
}

/** Takes a member away. Throws `CHANNEL_UPDATE` where it is none. */
export function removeOrganisation(name: string): Change {
  return (channel) => {
    const { groups } = groupAt(channel, 'Application');
    groupAt(channel, 'Application', name);
    channelWithout(groups, name);
  };
}

/** Changes limits of batches; those that are left out stay. Bytes, and a duration as Go writes it. */
export function changeBatch(
  limits: Partial<Pick<orderer.BatchSize, 'maxMessageCount' | 'absoluteMaxBytes' | 'preferredMaxBytes'>>,
  timeout: string | null = null,
): Change {
  return (channel) => {
    const group = groupAt(channel, 'Orderer');
    changeValue(group, 'BatchSize', orderer.BatchSizeSchema, (size) => Object.assign(size, limits));
    if (timeout === null) return;
    changeValue(group, 'BatchTimeout', orderer.BatchTimeoutSchema, (value) => {
      value.timeout = timeout;
    });
  };
}

/** Revokes certificates of a member, in place of those that were: `lists` are PEM files of its authorities' revocation lists. */
export function revokeCertificates(name: string, lists: readonly Uint8Array[]): Change {
  return (channel) => {
    changeValue(groupAt(channel, 'Application', name), 'MSP', common.MSPConfigSchema, (msp) => {
      const config = decode(common.FabricMSPConfigSchema, msp.config);
      config.revocationList = [...lists];
      msp.config = toBinary(common.FabricMSPConfigSchema, config);
    });
  };
}

/** Gives a group a policy, or changes it; it is then changed as the group's `Admins` say. `path`: names of groups below the channel. */
export function setPolicy(path: readonly string[], name: string, policy: common.Policy): Change {
  return (channel) => {
    const group = groupAt(channel, ...path);
    const modPolicy = group.policies[name]?.modPolicy ?? 'Admins';
    group.policies[name] = create(common.ConfigPolicySchema, { modPolicy, policy });
  };
}

function channelWithout(groups: Record<string, common.ConfigGroup>, name: string): void {
  // A map of protobuf is an object.
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
  delete groups[name];
}

function changeValue<D extends DescMessage>(
  group: common.ConfigGroup,
  name: string,
  schema: D,
  change: (message: MessageShape<D>) => void,
): void {
  const value = Object.hasOwn(group.values, name) ? group.values[name] : undefined;
  if (value === undefined) throw unknown(name);
  const message = decode(schema, value.value);
  change(message);
  value.value = toBinary(schema, message);
}

function groupAt(channel: common.ConfigGroup, ...path: readonly string[]): common.ConfigGroup {
  let group = channel;
  for (const name of path) {
    const below = Object.hasOwn(group.groups, name) ? group.groups[name] : undefined;
    if (below === undefined) throw unknown(path.join('/'));
    group = below;
  }
  return group;
}

function unknown(what: string): CotraceError {
  return new CotraceError('CHANNEL_UPDATE', `the channel configuration has no ${what}`, { what });
}
