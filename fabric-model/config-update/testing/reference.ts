import type { ConfigGroup, ConfigPolicy, ConfigValue } from '../../gen/fabric/common_pb.js';

type Leaf = ConfigValue | ConfigPolicy;
type Members<M> = Readonly<Record<string, M>>;

/** What is left of a group for a comparison: nested plain objects. */
export interface Plain {
  readonly version: bigint;
  readonly modPolicy: string;
  readonly groups: Members<Plain>;
  readonly values: Members<unknown>;
  readonly policies: Members<unknown>;
}

/** A group without what the library adds to messages. */
export function plain(group: ConfigGroup): Plain {
  return {
    version: group.version,
    modPolicy: group.modPolicy,
    groups: each(group.groups, plain),
    values: each(group.values, plainValue),
    policies: each(group.policies, plainPolicy),
  };
}

/**
 * What an update of `original` to `changed` must make: the content of `changed`, where what differs has the next version, what is new
 * has 0, and a group differs where its names do. Written after the description in Fabric's documentation.
 */
export function successorOf(original: ConfigGroup | null, changed: ConfigGroup): Plain {
  const isOther =
    original !== null &&
    (original.modPolicy !== changed.modPolicy ||
      (['groups', 'values', 'policies'] as const).some(
        (kind) => names(original[kind]) !== names(changed[kind]),
      ));
  return {
    version: original === null ? 0n : original.version + (isOther ? 1n : 0n),
    modPolicy: changed.modPolicy,
    groups: each(changed.groups, (group, name) => successorOf(own(original?.groups ?? null, name), group)),
    values: each(changed.values, ({ modPolicy, value }, name) =>
      nextLeaf(own(original?.values ?? null, name), { modPolicy, value }, ({ value: before }) => before),
    ),
    policies: each(changed.policies, ({ modPolicy, policy }, name) => {
      const content = plainPolicy({ policy } as ConfigPolicy).policy;
      return nextLeaf(
        own(original?.policies ?? null, name),
        { modPolicy, policy: content },
        (before) => plainPolicy(before).policy,
      );
    }),
  };
}

/**
 * The group that read and write sets make of a group, walking the three side by side. `may` says whether the change of an element with a
 * modification policy is allowed, by the groups that it is in. Throws where the update does not fit.
 */
export function applied(
  current: ConfigGroup | null,
  read: ConfigGroup | null,
  write: ConfigGroup | null,
  may: (groups: readonly string[], modPolicy: string) => boolean,
  groups: readonly string[] = [],
): Plain | null {
  const sets = [current, read, write] as const;
  const choose = <M extends Versioned>([now, seen, next]: Three<M>): M | null => {
    if (seen !== null && seen.version !== now?.version) throw new Error('read');
    if (next === null || (seen !== null && seen.version === next.version)) return now;
    if (next.version !== (now === null ? 0n : now.version + 1n)) throw new Error('version');
    if (now !== null && !may(groups, now.modPolicy)) throw new Error('policy');
    return next;
  };
  const chosen = choose(sets);
  const made = {
    groups: members(
      sets,
      ({ groups: below }) => below,
      ([now, seen, next], name) => applied(now, seen, next, may, [...groups, name]),
    ),
    values: members(
      sets,
      ({ values }) => values,
      (three) => {
        const value = choose(three);
        return value && plainValue(value);
      },
    ),
    policies: members(
      sets,
      ({ policies }) => policies,
      (three) => {
        const policy = choose(three);
        return policy && plainPolicy(policy);
      },
    ),
  };
  if (chosen === null) return null;
  return {
    version: chosen.version,
    modPolicy: chosen.modPolicy,
    groups: named(made.groups, chosen.groups) as Members<Plain>,
    values: named(made.values, chosen.values),
    policies: named(made.policies, chosen.policies),
  };
}

type Versioned = Pick<Leaf, 'version' | 'modPolicy'>;
/** Of a configuration, of what an update read, and of what it writes. */
type Three<M> = readonly [M | null, M | null, M | null];

/** What becomes of every member that any of three groups has. */
function members<M>(
  sets: Three<ConfigGroup>,
  select: (group: ConfigGroup) => Members<M>,
  visit: (three: Three<M>, name: string) => unknown,
): Members<unknown> {
  const of = (group: ConfigGroup | null): Members<M> => (group === null ? {} : select(group));
  const [now, seen, next] = sets;
  const all = new Set(sets.flatMap((group) => Object.keys(of(group))));
  return Object.fromEntries(
    [...all].map((name) => [
      name,
      visit([own(of(now), name), own(of(seen), name), own(of(next), name)], name),
    ]),
  );
}

function named(made: Members<unknown>, wanted: object): Members<unknown> {
  return Object.fromEntries(Object.entries(made).filter(([name]) => Object.hasOwn(wanted, name)));
}

function plainValue({ version, modPolicy, value }: ConfigValue) {
  return { version, modPolicy, value };
}

function plainPolicy({ version, modPolicy, policy }: ConfigPolicy) {
  return { version, modPolicy, policy: policy && { type: policy.type, value: policy.value } };
}

function nextLeaf<L extends Leaf>(
  before: L | null,
  after: { readonly modPolicy: string } & Readonly<Record<string, unknown>>,
  content: (leaf: L) => unknown,
): unknown {
  if (before === null) return { ...after, version: 0n };
  const { modPolicy, ...rest } = after;
  const [written] = Object.values(rest);
  const isSame = before.modPolicy === modPolicy && text(content(before)) === text(written);
  return { ...after, version: before.version + (isSame ? 0n : 1n) };
}

function text(content: unknown): string {
  return JSON.stringify(content, (_, part: unknown) => (part instanceof Uint8Array ? [...part] : part));
}

function each<M, R>(members: Members<M>, convert: (member: M, name: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, convert(member, name)]));
}

function names(members: object): string {
  return Object.keys(members).sort().join(' ');
}

function own<M>(members: Members<M> | null, name: string): M | null {
  return members !== null && Object.hasOwn(members, name) ? (members[name] ?? null) : null;
}
