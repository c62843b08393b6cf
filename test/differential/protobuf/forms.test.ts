import { describe, expect, it } from '@jest/globals';
import { create, fromBinary, toBinary, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { isCotraceError, utf8 } from '@cotrace/core';
import { common, decode, serializeIdentity } from '@cotrace/fabric-model';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import * as configForms from '../../../fabric-model/wire/config-forms.js';
import * as forms from '../../../fabric-model/wire/forms.js';
import * as identityForms from '../../../fabric-model/wire/identity-forms.js';
import type { FieldForm, MessageForm } from '../../../fabric-model/wire/form.js';
import { emptyMessage } from '../../../fabric-model/wire/plan.js';
import { Random } from '../../faults/random.js';
import { Inputs } from './inputs.js';
import { messages } from './messages.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const SEED = Number(process.env['COTRACE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

const written: readonly MessageForm[] = [forms, identityForms, configForms].flatMap((file) =>
  Object.values<MessageForm>(file),
);

function descriptorOf({ typeName }: MessageForm): DescMessage {
  const found = typeName === TimestampSchema.typeName ? TimestampSchema : messages.get(typeName);
  if (found === undefined) throw new Error(`there is no message ${typeName}`);
  return found;
}

/** The forms that are written down, and those within them. */
function allForms(): readonly MessageForm[] {
  const found = new Set(written);
  for (const { fields } of found) {
    for (const field of fields) if ('message' in field) found.add(field.message);
  }
  return [...found];
}

/** Everything that decoding asks a field for. */
function asked(field: FieldForm | DescField): Record<string, unknown> {
  const { number, localName, oneof, presence, fieldKind, ...kind } = field as FieldForm & {
    readonly [name in 'scalar' | 'listKind' | 'mapKind' | 'mapKey' | 'message']: unknown;
  };
  return {
    number,
    localName,
    oneof: oneof?.localName,
    presence,
    fieldKind,
    scalar: kind.scalar,
    listKind: kind.listKind,
    mapKind: kind.mapKind,
    mapKey: kind.mapKey,
    message: (kind.message as MessageForm | null)?.typeName,
  };
}

function outcome(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    if (isCotraceError(error)) return [error.code, error.message, error.detail];
    throw error;
  }
}

/**
 * Whether a text anywhere in a message has a byte order mark, which the library drops at the beginning though Go does not,
 * or is a key of a map that the library takes for the map's prototype.
 */
function isMisread(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\ufeff') || value === '__proto__';
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  return Object.entries(value).some((entry) => entry.some(isMisread));
}

describe('the forms of messages, beside the library', () => {
  it('have every field that its descriptors have, and no other', () => {
    for (const form of allForms()) {
      const byNumber = (a: Record<string, unknown>, b: Record<string, unknown>) =>
        Number(a['number']) - Number(b['number']);
      const [ours, its] = [form.fields, descriptorOf(form).fields].map((fields) =>
        fields.map(asked).sort(byNumber),
      );
      expect([form.typeName, ours]).toEqual([form.typeName, its]);
    }
    expect(allForms().length).toBeGreaterThan(35);
  });

  it('make the same empty messages, whatever the message', () => {
    for (const schema of messages.values()) expect(emptyMessage(schema)).toStrictEqual({ ...create(schema) });
    for (const form of allForms()) expect(emptyMessage(form)).toEqual({ ...create(descriptorOf(form)) });
  });

  it(
    'decode what its descriptors do, and fail as they do, on messages, altered ones and junk',
    () => {
      const inputs = new Inputs(new Random(SEED));
      let accepted = 0;
      for (const form of written) {
        const schema = descriptorOf(form);
        for (let i = 0; i < RUNS; i++) {
          const bytes = inputs.next(schema);
          const ours = outcome(() => decode(form, bytes));
          expect([SEED, form.typeName, i, ours]).toEqual([
            SEED,
            form.typeName,
            i,
            outcome(() => decode(schema, bytes)),
          ]);
          if (!Array.isArray(ours)) accepted++;
        }
      }
      expect(accepted).toBeGreaterThan((written.length * RUNS) / 4);
    },
    60_000 + 20 * RUNS,
  );

  it(
    'decode what it writes as it does itself',
    () => {
      const inputs = new Inputs(new Random(SEED));
      for (const form of written) {
        const schema = descriptorOf(form);
        for (let i = 0; i < RUNS; i++) {
          const bytes = inputs.next(schema);
          const message = outcome(() => decode(form, bytes));
          if (Array.isArray(message) || isMisread(message)) continue;
          const plain = toBinary(schema, message as never, { writeUnknownFields: false });
          expect([SEED, form.typeName, i, decode(form, plain)]).toEqual([
            SEED,
            form.typeName,
            i,
            fromBinary(schema, plain),
          ]);
        }
      }
    },
    60_000 + 20 * RUNS,
  );
});

describe('the bytes of an identity', () => {
  it.each([
    ['', ''],
    ['Org1MSP', ''],
    ['', 'a'],
    ['Ünï', 'x'.repeat(127)],
    ['m'.repeat(128), 'x'.repeat(16_384)],
    ['m', 'x'.repeat(2 ** 21)],
  ])('are those that the library writes', (mspid, pem) => {
    const identity = create(common.SerializedIdentitySchema, { mspid, idBytes: utf8(pem) });
    const theirs = toBinary(common.SerializedIdentitySchema, identity);
    expect(Buffer.compare(serializeIdentity(mspid, pem), theirs)).toBe(0);
  });
});
