import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { MalformedError, compareBytes, utf8 } from '@cotrace/core';
import { CapabilitiesSchema, type ConfigGroup } from '../gen/fabric/common_pb.js';
import { decode } from '../wire/decode.js';
import type { FormOf, MessageForm } from '../wire/form.js';

/** The group `name` of a group, null if it is not there. */
export function subgroup(group: ConfigGroup, name: string): ConfigGroup | null {
  return Object.hasOwn(group.groups, name) ? (group.groups[name] ?? null) : null;
}

/** The value `name` of a group, decoded as `decode` does; null if it is not there. Throws `BAD_PROTOBUF`. */
export function valueOf<Desc extends DescMessage>(
  group: ConfigGroup,
  name: string,
  schema: Desc,
): MessageShape<Desc> | null;
export function valueOf<M>(group: ConfigGroup, name: string, schema: FormOf<M>): M | null;
export function valueOf(group: ConfigGroup, name: string, schema: MessageForm): unknown {
  const value = Object.hasOwn(group.values, name) ? group.values[name] : undefined;
  return value === undefined ? null : decode(schema, value.value);
}

/** The groups in a group by name, in the order of the names' UTF-8 bytes. */
export function sortedGroups(group: ConfigGroup): (readonly [string, ConfigGroup])[] {
  return Object.entries(group.groups).sort(([a], [b]) => compareBytes(utf8(a), utf8(b)));
}

/** Names of the capabilities a group requires, sorted. */
export function capabilitiesOf(group: ConfigGroup): readonly string[] {
  return Object.keys(valueOf(group, 'Capabilities', CapabilitiesSchema)?.capabilities ?? {}).sort();
}

/** The error of a configuration that is not one of an application channel. */
export function badConfig(
  reason: string,
  detail: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): MalformedError {
  return new MalformedError(
    'BAD_CONFIG',
    `the channel configuration cannot be used: ${reason}`,
    detail,
    cause,
  );
}
