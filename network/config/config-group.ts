import { create, toBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { common } from '@cotrace/fabric-model';

const ADMINS = 'Admins';

/** A value of the channel configuration and, if it is not `Admins`, the policy that may change it. */
export interface ConfigValueSpec {
  readonly bytes: Uint8Array;
  readonly modPolicy?: string;
}

/** A configuration value of a message. */
export function valueOf<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
  modPolicy?: string,
): ConfigValueSpec {
  return { bytes: toBinary(schema, message), ...(modPolicy !== undefined && { modPolicy }) };
}

/**
 * A group of the channel configuration, changed by its `Admins`. The entries of its maps are sorted by
 * key, so that the same content has the same bytes: protobuf leaves the order of map entries open.
 */
export function configGroup(parts: {
  readonly groups?: Readonly<Record<string, common.ConfigGroup>>;
  readonly values?: Readonly<Record<string, ConfigValueSpec>>;
  readonly policies: Readonly<Record<string, common.Policy>>;
}): common.ConfigGroup {
  return create(common.ConfigGroupSchema, {
    groups: sortedMap(parts.groups ?? {}, (group) => group),
    values: sortedMap(parts.values ?? {}, ({ bytes, modPolicy }) =>
      create(common.ConfigValueSchema, { value: bytes, modPolicy: modPolicy ?? ADMINS }),
    ),
    policies: sortedMap(parts.policies, (policy) =>
      create(common.ConfigPolicySchema, { policy, modPolicy: ADMINS }),
    ),
    modPolicy: ADMINS,
  });
}

/** A map with its values converted and its entries in the order of their keys (ASCII, not numeric). */
export function sortedMap<V, R>(
  map: Readonly<Record<string, V>>,
  convert: (value: V) => R,
): Record<string, R> {
  const entries = Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [key, convert(value)]));
}
