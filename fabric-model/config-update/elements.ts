import type { ConfigGroup, ConfigPolicy, ConfigValue } from '../gen/fabric/common_pb.js';
import { checkElementName } from './element-names.js';
import { refused, step } from './refused.js';

/** Fabric allows the groups of a channel no more than three levels. */
const MAX_DEPTH = 16;
const ROOT = 'Channel';
/** How Fabric writes the kinds of elements into their names. */
const LABELS = { group: '[Group]  ', value: '[Value]  ', policy: '[Policy] ' } as const;

type Messages = {
  readonly group: ConfigGroup;
  readonly value: ConfigValue;
  readonly policy: ConfigPolicy;
};
/** What a configuration is made of. */
export type ElementKind = keyof Messages;

/** A group, value or policy of a configuration. */
export interface Element<K extends ElementKind = ElementKind> {
  readonly kind: K;
  readonly message: Messages[K];
  /** Names of the groups that it is in, from below `Channel` to its own if it is a group. */
  readonly groups: readonly string[];
}

/** Elements by their full names, such as `[Value]  /Channel/Orderer/BatchSize`. */
export type Elements = ReadonlyMap<string, Element>;

/** Full name of an element; `path` begins with a slash. */
export function elementName(kind: ElementKind, path: string): string {
  return `${LABELS[kind]}${path}`;
}

/**
 * All elements of a channel group; none where there is no group. Throws `CONFIG_UPDATE`, in Fabric's words, for a name that is not allowed.
 * Source: Fabric `common/configtx/configmap.go`, `mapConfig`.
 */
export function elementsOf(channel: ConfigGroup | null): Elements {
  const elements = new Map<string, Element>();
  if (channel !== null) collect(channel, [], elements);
  return elements;
}

function collect(group: ConfigGroup, groups: readonly string[], elements: Map<string, Element>): void {
  if (groups.length > MAX_DEPTH) throw refused('the groups of the configuration are nested too deeply');
  const path = ['', ROOT, ...groups].join('/');
  checkName('group', groups.at(-1) ?? ROOT);
  elements.set(elementName('group', path), { kind: 'group', message: group, groups });
  for (const [name, child] of Object.entries(group.groups)) collect(child, [...groups, name], elements);
  for (const [name, message] of Object.entries(group.values)) {
    checkName('value', name);
    elements.set(elementName('value', `${path}/${name}`), { kind: 'value', message, groups });
  }
  for (const [name, message] of Object.entries(group.policies)) {
    checkName('policy', name);
    elements.set(elementName('policy', `${path}/${name}`), { kind: 'policy', message, groups });
  }
}

function checkName(kind: ElementKind, name: string): void {
  step(`illegal characters in key: ${LABELS[kind]}`, () => checkElementName(name));
}

/**
 * The channel group that consists of elements: those that its groups name, whatever else there is. Entries of maps are in the order
 * of their keys. Throws `CONFIG_UPDATE` where a group names an element that is not there.
 * Source: Fabric `common/configtx/configmap.go`, `configMapToConfig`.
 */
export function groupOf(elements: Elements): ConfigGroup {
  // Fabric's repair of channels from release 1.0, whose elements nobody could change.
  const modPolicy = elements.has(elementName('value', `/${ROOT}/Orderer/Capabilities`)) ? 'Admins' : '';
  return build(`/${ROOT}`, elements, modPolicy);
}

/** The group with the entries of its maps in the order of their keys. Throws `CONFIG_UPDATE` for names that are not allowed. */
export function inOrder(channel: ConfigGroup): ConfigGroup {
  return build(`/${ROOT}`, elementsOf(channel), '');
}

function build(path: string, elements: Elements, modPolicy: string): ConfigGroup {
  const group = elementAt('group', path, elements);
  return {
    ...group,
    modPolicy: group.modPolicy || modPolicy,
    groups: rebuilt(group.groups, (name) => build(`${path}/${name}`, elements, modPolicy)),
    values: rebuilt(group.values, (name) =>
      changeable(elementAt('value', `${path}/${name}`, elements), modPolicy),
    ),
    policies: rebuilt(group.policies, (name) =>
      changeable(elementAt('policy', `${path}/${name}`, elements), modPolicy),
    ),
  };
}

function elementAt<K extends ElementKind>(kind: K, path: string, elements: Elements): Messages[K] {
  const name = elementName(kind, path);
  const element = elements.get(name);
  if (element === undefined) throw refused(`missing ${kind} at path: ${name}`);
  // The label in the name is of the kind.
  return (element as Element<K>).message;
}

function changeable<M extends { readonly modPolicy: string }>(message: M, modPolicy: string): M {
  return message.modPolicy === '' ? { ...message, modPolicy } : message;
}

function rebuilt<T>(map: Readonly<Record<string, unknown>>, make: (name: string) => T): Record<string, T> {
  const names = Object.keys(map).sort();
  return Object.fromEntries(names.map((name) => [name, make(name)]));
}
