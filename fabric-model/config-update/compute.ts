import { create, toBinary } from '@bufbuild/protobuf';
import { equalBytes } from '@cotrace/core';
import {
  ConfigGroupSchema,
  ConfigPolicySchema,
  ConfigUpdateSchema,
  ConfigValueSchema,
  PolicySchema,
  type ConfigGroup,
  type ConfigPolicy,
  type ConfigUpdate,
  type ConfigValue,
} from '../gen/fabric/common_pb.js';
import { refused } from './refused.js';

/**
 * The smallest update that makes one channel group of another; versions in `changed` do not matter. Throws `CONFIG_UPDATE` where
 * nothing differs. Source: Fabric `internal/configtxlator/update/update.go`.
 */
export function computeUpdate(channelId: string, original: ConfigGroup, changed: ConfigGroup): ConfigUpdate {
  const { read, write, differs } = groupUpdate(original, changed);
  if (!differs) throw refused('no differences detected between original and updated config');
  return create(ConfigUpdateSchema, { channelId, readSet: read, writeSet: write });
}

/** What an update says of the members of a group, by name. */
interface MembersUpdate<M> {
  readonly read: Record<string, M>;
  readonly write: Record<string, M>;
  /** Those that stay as they are: named only where the group itself changes. */
  readonly same: Record<string, M>;
  /** Whether some were added or taken away. */
  readonly others: boolean;
}

interface GroupUpdate {
  readonly read: ConfigGroup;
  readonly write: ConfigGroup;
  readonly differs: boolean;
}

function groupUpdate(original: ConfigGroup, changed: ConfigGroup): GroupUpdate {
  const policies = leafUpdate(original.policies, changed.policies, POLICIES);
  const values = leafUpdate(original.values, changed.values, VALUES);
  const groups = groupsUpdate(original.groups, changed.groups);
  const parts = { policies, values, groups };
  const { version } = original;
  const all = Object.values(parts);
  if (all.some(({ others }) => others) || original.modPolicy !== changed.modPolicy) {
    return {
      read: groupWith({ version }, parts, ({ read, same }) => ({ ...read, ...same })),
      write: groupWith({ version: version + 1n, modPolicy: changed.modPolicy }, parts, ({ write, same }) => ({
        ...write,
        ...same,
      })),
      differs: true,
    };
  }
  return {
    read: groupWith({ version }, parts, ({ read }) => read),
    write: groupWith({ version }, parts, ({ write }) => write),
    differs: all.some(({ write }) => Object.keys(write).length > 0),
  };
}

interface Parts {
  readonly policies: MembersUpdate<ConfigPolicy>;
  readonly values: MembersUpdate<ConfigValue>;
  readonly groups: MembersUpdate<ConfigGroup>;
}

function groupWith(
  own: Partial<Pick<ConfigGroup, 'version' | 'modPolicy'>>,
  { policies, values, groups }: Parts,
  select: <M>(members: MembersUpdate<M>) => Record<string, M>,
): ConfigGroup {
  return create(ConfigGroupSchema, {
    ...own,
    policies: select(policies),
    values: select(values),
    groups: select(groups),
  });
}

/** How policies, and how values, are compared and named in an update. */
interface LeafKind<M> {
  readonly isSame: (original: M, changed: M) => boolean;
  readonly content: (changed: M, version: bigint) => M;
  readonly versionAlone: (version: bigint) => M;
}

const POLICIES: LeafKind<ConfigPolicy> = {
  isSame: (original, changed) => {
    if (original.policy === undefined || changed.policy === undefined) {
      return original.policy === changed.policy;
    }
    return equalBytes(toBinary(PolicySchema, original.policy), toBinary(PolicySchema, changed.policy));
  },
  content: ({ modPolicy, policy }, version) =>
    create(ConfigPolicySchema, { version, modPolicy, ...(policy && { policy }) }),
  versionAlone: (version) => create(ConfigPolicySchema, { version }),
};

const VALUES: LeafKind<ConfigValue> = {
  isSame: (original, changed) => equalBytes(original.value, changed.value),
  content: ({ modPolicy, value }, version) => create(ConfigValueSchema, { version, modPolicy, value }),
  versionAlone: (version) => create(ConfigValueSchema, { version }),
};

function leafUpdate<M extends { readonly version: bigint; readonly modPolicy: string }>(
  original: Readonly<Record<string, M>>,
  changed: Readonly<Record<string, M>>,
  { isSame, content, versionAlone }: LeafKind<M>,
): MembersUpdate<M> {
  const update = noUpdate<M>(original, changed);
  for (const [name, before] of Object.entries(original)) {
    const after = memberOf(changed, name);
    if (after === null) continue;
    if (before.modPolicy === after.modPolicy && isSame(before, after)) {
      update.same[name] = versionAlone(before.version);
    } else update.write[name] = content(after, before.version + 1n);
  }
  for (const [name, after] of added(original, changed)) update.write[name] = content(after, 0n);
  return update;
}

function groupsUpdate(
  original: Readonly<Record<string, ConfigGroup>>,
  changed: Readonly<Record<string, ConfigGroup>>,
): MembersUpdate<ConfigGroup> {
  const update = noUpdate<ConfigGroup>(original, changed);
  for (const [name, before] of Object.entries(original)) {
    const after = memberOf(changed, name);
    if (after === null) continue;
    const { read, write, differs } = groupUpdate(before, after);
    if (differs) {
      update.read[name] = read;
      update.write[name] = write;
    } else update.same[name] = read;
  }
  for (const [name, after] of added(original, changed)) {
    const { write } = groupUpdate(create(ConfigGroupSchema), after);
    update.write[name] = { ...write, version: 0n, modPolicy: after.modPolicy };
  }
  return update;
}

function noUpdate<M>(original: object, changed: object): MembersUpdate<M> {
  const [before, after] = [Object.keys(original), Object.keys(changed)];
  const others = before.length !== after.length || before.some((name) => !Object.hasOwn(changed, name));
  return { read: {}, write: {}, same: {}, others };
}

function memberOf<M>(members: Readonly<Record<string, M>>, name: string): M | null {
  return Object.hasOwn(members, name) ? (members[name] ?? null) : null;
}

function added<M>(original: object, changed: Readonly<Record<string, M>>): (readonly [string, M])[] {
  return Object.entries(changed).filter(([name]) => !Object.hasOwn(original, name));
}
