import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { utf8 } from '@cotrace/core';
import {
  ConfigGroupSchema,
  ConfigUpdateEnvelopeSchema,
  ConfigUpdateSchema,
  ConfigValueSchema,
  HeaderType,
  type ConfigGroup,
  type ConfigUpdate,
  type Envelope,
  EnvelopeSchema,
} from '../gen/fabric/common_pb.js';
import { MspManager } from '../identity/manager.js';
import { hostVerifier } from '../identity/host-ecdsa.js';
import type { Policy } from '../policy/policy.js';
import { encodeChannelHeader, encodePayload } from '../transaction/builders.js';
import type { InForce } from './authorize.js';
import { computeUpdate } from './compute.js';
import { checkConfiguration, proposeConfiguration } from './propose.js';
import { randomGroup } from './testing/random-groups.js';
import { applied, plain, successorOf, type Plain } from './testing/reference.js';

const DEEP = process.env['CI_DEEP'] === '1';
const numRuns = DEEP ? 10_000 : 100;
jest.setTimeout(DEEP ? 3_600_000 : 60_000);

const nobody = new MspManager([], hostVerifier);
const SATISFIED: Policy = { kind: 'implicit-meta', threshold: 0, subPolicy: '', policies: [] };
const REJECTED: Policy = { kind: 'reject', reason: 'never' };

/** A configuration whose policies say yes to everybody, or no. */
function inForce(group: ConfigGroup, isSatisfied: (path: string) => boolean = () => true): InForce {
  return {
    channelId: 'main',
    sequence: 7n,
    group,
    policy: (path) => (isSatisfied(path) ? SATISFIED : REJECTED),
  };
}

function envelopeOf(update: ConfigUpdate, type = HeaderType.CONFIG_UPDATE): Envelope {
  const header = encodeChannelHeader({ type, channelId: 'main' });
  const data = toBinary(
    ConfigUpdateEnvelopeSchema,
    create(ConfigUpdateEnvelopeSchema, { configUpdate: toBinary(ConfigUpdateSchema, update) }),
  );
  return create(EnvelopeSchema, { payload: encodePayload(header, new Uint8Array(), data) });
}

function propose(current: InForce, update: ConfigUpdate): Plain {
  const { config } = proposeConfiguration(current, nobody, envelopeOf(update));
  expect(config?.sequence).toBe(current.sequence + 1n);
  return plain(config?.channelGroup ?? create(ConfigGroupSchema));
}

describe('an update', () => {
  it('computed of two configurations makes one of the other', () => {
    fc.assert(
      fc.property(randomGroup, randomGroup, (original, changed) => {
        const expected = successorOf(original, changed);
        const update = (): ConfigUpdate => computeUpdate('main', original, changed);
        if (JSON.stringify(content(expected)) === JSON.stringify(content(plain(original)))) {
          expect(update).toThrow('no differences detected');
        } else expect(propose(inForce(original), update())).toEqual(expected);
      }),
      { numRuns },
    );
  });

  it('does what its sets say, and is refused where they do not fit or somebody had to agree', () => {
    fc.assert(
      fc.property(
        randomGroup,
        fc.tuple(fc.option(randomGroup), fc.option(randomGroup)),
        fc.option(fc.tuple(randomGroup, fc.array(fc.nat(), { maxLength: 2 }))),
        fc.func(fc.nat(9)),
        (current, [read, write], computed, chance) => {
          const may = (path: string): boolean => chance(path) > 0;
          const update = computed === null ? someUpdate(read, write) : damaged(current, ...computed);
          const made = attempt(() => propose(inForce(current, may), update));
          const { readSet = null, writeSet = null } = update;
          const expected = attempt(() =>
            applied(current, readSet, writeSet, (groups, modPolicy) =>
              may(modPolicy.startsWith('/') ? modPolicy : [...groups, modPolicy].join('/')),
            ),
          );
          if (expected === null || isEmpty(readSet, writeSet)) expect(made).toBeNull();
          else expect(made).toEqual(expected);
        },
      ),
      { numRuns: 5 * numRuns },
    );
  });

  const original = create(ConfigGroupSchema, {
    version: 2n,
    modPolicy: 'Admins',
    values: { Size: { version: 1n, modPolicy: 'Admins', value: utf8('1') } },
    groups: { Org: { version: 4n, modPolicy: 'Admins' } },
  });
  const changed = create(ConfigGroupSchema, {
    ...original,
    values: { Size: create(ConfigValueSchema, { modPolicy: 'Admins', value: utf8('2') }) },
  });
  const update = (change: (update: ConfigUpdate) => void = () => undefined): ConfigUpdate => {
    const computed = computeUpdate('main', original, changed);
    change(computed);
    return computed;
  };
  const size = ({ writeSet }: ConfigUpdate) => writeSet?.values['Size'] ?? missing();

  it('names the versions that it builds on, and nothing that stays', () => {
    expect(update()).toMatchObject({
      channelId: 'main',
      readSet: { version: 2n, modPolicy: '', values: {}, groups: {} },
      writeSet: { version: 2n, values: { Size: { version: 2n, value: utf8('2') } }, groups: {} },
    });
  });

  it.each<[string, string, (update: ConfigUpdate) => void]>([
    [
      'of another channel',
      "ConfigUpdate for channel 'other' but envelope for channel 'main'",
      (made) => (made.channelId = 'other'),
    ],
    [
      'that read another version',
      'error validating ReadSet: proposed update requires that key [Group]  /Channel be at version 1, but it is currently at version 2',
      ({ readSet }) => Object.assign(readSet ?? {}, { version: 1n }),
    ],
    [
      'that read what is not there',
      'error validating ReadSet: existing config does not contain element for [Value]  /Channel/None but was in the read set',
      ({ readSet }) => Object.assign(readSet?.values ?? {}, { None: size(update()) }),
    ],
    [
      'that writes a version too far',
      'error validating DeltaSet: attempt to set key [Value]  /Channel/Size to version 3, but key is at version 1',
      (made) => (size(made).version = 3n),
    ],
    [
      'that writes the version that there is',
      'error validating DeltaSet: attempt to set key [Value]  /Channel/Size to version 1, but key is at version 1',
      (made) => (size(made).version = 1n),
    ],
    [
      'of something new that has a version',
      'error validating DeltaSet: attempted to set key [Value]  /Channel/New to version 1, but key does not exist',
      ({ writeSet }) =>
        Object.assign(writeSet ?? {}, {
          values: { New: { ...size(update()), version: 1n } },
        }),
    ],
    [
      'that changes nothing',
      'error validating DeltaSet: delta set was empty -- update would have no effect',
      (made) => Object.assign(made, { writeSet: made.readSet }),
    ],
    [
      'that leaves out who may change it',
      'error validating DeltaSet: invalid mod_policy for element [Value]  /Channel/Size: mod_policy not set',
      (made) => (size(made).modPolicy = ''),
    ],
    [
      'with a modification policy that is no path',
      "error validating DeltaSet: invalid mod_policy for element [Value]  /Channel/Size: path element at 1 is invalid: config ID 'a b' contains illegal characters",
      (made) => (size(made).modPolicy = '/Channel/a b'),
    ],
    [
      'with a name that is not allowed',
      "error mapping WriteSet: illegal characters in key: [Value]  : config ID 'a_b' contains illegal characters",
      ({ writeSet }) => Object.assign(writeSet?.values ?? {}, { a_b: size(update()) }),
    ],
    [
      'with a name of dots',
      "error mapping ReadSet: illegal characters in key: [Group]  : name '..' for config ID is not allowed",
      ({ readSet }) => Object.assign(readSet?.groups ?? {}, { '..': create(ConfigGroupSchema) }),
    ],
    [
      'with a name of nothing',
      'error mapping WriteSet: illegal characters in key: [Group]  : config ID illegal, cannot be empty',
      ({ writeSet }) => Object.assign(writeSet?.groups ?? {}, { '': create(ConfigGroupSchema) }),
    ],
    [
      'with a name that is too long',
      'error mapping WriteSet: illegal characters in key: [Group]  : config ID illegal, cannot be longer than 249',
      ({ writeSet }) =>
        Object.assign(writeSet?.groups ?? {}, { ['a'.repeat(250)]: create(ConfigGroupSchema) }),
    ],
  ])('%s is refused', (_, reason, change) => {
    expect(() => propose(inForce(original), update(change))).toThrow(
      expect.objectContaining({ code: 'CONFIG_UPDATE', message: `error authorizing update: ${reason}` }),
    );
  });

  it('is refused in Fabric’s words where a policy is not satisfied, or is not there', () => {
    const reason = 'error authorizing update: error validating DeltaSet:';
    expect(() =>
      propose(
        inForce(original, () => false),
        update(),
      ),
    ).toThrow(`${reason} policy for [Value]  /Channel/Size not satisfied: never`);
    expect(() => propose({ ...inForce(original), policy: () => null }, update())).toThrow(
      `${reason} unexpected missing policy Admins for item [Value]  /Channel/Size`,
    );
  });

  it('is refused in an envelope of another type, or of nothing', () => {
    const start = 'error converting envelope to config update: ';
    const refuse = (envelope: Envelope) => () => proposeConfiguration(inForce(original), nobody, envelope);
    expect(refuse(envelopeOf(update(), HeaderType.CONFIG))).toThrow(
      `${start}invalid type CONFIG, expected CONFIG_UPDATE`,
    );
    expect(refuse(create(EnvelopeSchema))).toThrow(`${start}envelope must have a Header`);
    expect(refuse(create(EnvelopeSchema, { payload: utf8('?') }))).toThrow(
      `${start}error unmarshalling Payload`,
    );
  });

  it('of groups that are nested without end is refused before they are looked at', () => {
    let group = create(ConfigGroupSchema);
    for (let depth = 0; depth < 1_000; depth++) group = create(ConfigGroupSchema, { groups: { a: group } });
    const deep = update(({ writeSet }) => Object.assign(writeSet?.groups ?? {}, { a: group }));
    expect(() => propose(inForce(original), deep)).toThrow('nested too deeply');
  });

  it('leaves elements that no group names any more out, and adds none that no group names', () => {
    const other = create(ConfigGroupSchema, { ...original, values: {} });
    const made = propose(inForce(original), computeUpdate('main', original, other));
    expect(made).toMatchObject({ version: 3n, values: {} });
    const sneaked = update(({ writeSet }) =>
      Object.assign(writeSet?.values ?? {}, { New: { ...size(update()), version: 0n } }),
    );
    expect(Object.keys(propose(inForce(original), sneaked).values)).toEqual(['Size']);
  });

  it('gives elements that nobody could change to administrators, once there are capabilities', () => {
    const group = create(ConfigGroupSchema, {
      ...original,
      groups: { Orderer: create(ConfigGroupSchema, { values: { Capabilities: {} } }) },
    });
    const next = create(ConfigGroupSchema, { ...group, values: changed.values });
    const made = propose(inForce(group), computeUpdate('main', group, next));
    expect(made.groups['Orderer']).toMatchObject({
      modPolicy: 'Admins',
      values: { Capabilities: { modPolicy: 'Admins' } },
    });
  });

  it('must have made the configuration that names it', () => {
    const current = inForce(original);
    const made = () => proposeConfiguration(current, nobody, envelopeOf(update()));
    expect(() => checkConfiguration(current, nobody, made())).not.toThrow();
    const refuse = (change: (envelope: ReturnType<typeof made>) => void) => () => {
      const envelope = made();
      change(envelope);
      checkConfiguration(current, nobody, envelope);
    };
    const config = ({ config: found }: ReturnType<typeof made>) => found ?? missing();
    expect(refuse((envelope) => (config(envelope).sequence = 9n))).toThrow(
      'config currently at sequence 7, cannot validate config at sequence 9',
    );
    const group = (envelope: ReturnType<typeof made>) => config(envelope).channelGroup ?? missing();
    const other = 'ConfigEnvelope LastUpdate did not produce the supplied config result';
    expect(refuse((envelope) => (group(envelope).version = 9n))).toThrow(other);
    expect(refuse((envelope) => (group(envelope).values = {}))).toThrow(other);
    expect(refuse((envelope) => delete envelope.lastUpdate)).toThrow('config envelope has no update');
    expect(refuse((envelope) => delete envelope.config)).toThrow('config envelope has nil config');
  });
});

function someUpdate(read: ConfigGroup | null, write: ConfigGroup | null): ConfigUpdate {
  return create(ConfigUpdateSchema, {
    channelId: 'main',
    ...(read !== null && { readSet: read }),
    ...(write !== null && { writeSet: write }),
  });
}

/** A computed update in which the versions of some elements are one too many. */
function damaged(current: ConfigGroup, changed: ConfigGroup, places: readonly number[]): ConfigUpdate {
  let update: ConfigUpdate;
  try {
    update = computeUpdate('main', current, changed);
  } catch {
    return someUpdate(null, null);
  }
  const all = [update.readSet, update.writeSet].flatMap((group) => everything(group ?? null));
  for (const place of places) {
    const element = all[place % all.length];
    if (element !== undefined) element.version += 1n;
  }
  return update;
}

function everything(group: ConfigGroup | null): { version: bigint }[] {
  if (group === null) return [];
  return [
    group,
    ...Object.values(group.values),
    ...Object.values(group.policies),
    ...Object.values(group.groups).flatMap(everything),
  ];
}

/** Whether nothing is written in another version than it was read. */
function isEmpty(read: ConfigGroup | null, write: ConfigGroup | null): boolean {
  if (write === null) return true;
  if (read?.version !== write.version) return false;
  const same = (kind: 'values' | 'policies'): boolean =>
    Object.entries(write[kind]).every(
      ([name, { version }]) => own<{ readonly version: bigint }>(read[kind], name)?.version === version,
    );
  return (
    same('values') &&
    same('policies') &&
    Object.entries(write.groups).every(([name, group]) => isEmpty(own(read.groups, name), group))
  );
}

function own<M>(members: Readonly<Record<string, M>>, name: string): M | null {
  return Object.hasOwn(members, name) ? (members[name] ?? null) : null;
}

function missing(): never {
  throw new Error('it should be there');
}

/** What a group says, without versions and the order of names. */
function content(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
  const entries = Object.entries(value).filter(([name]) => name !== 'version');
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, content(member)]);
}

function attempt<T>(run: () => T): T | null {
  try {
    return run();
  } catch {
    return null;
  }
}
