import { PRESENCE, type FieldForm, type Fields, type MessageForm } from './form.js';
import { zeroOf } from './scalar.js';

/** What decoding needs to know of a message, worked out once. */
export interface Plan {
  readonly fields: ReadonlyMap<number, FieldForm>;
  /** Members of a message in which no field is set. */
  readonly zeros: readonly (readonly [name: string, zero: unknown])[];
}

const plans = new WeakMap<MessageForm, Plan>();

export function planOf(form: MessageForm): Plan {
  let plan = plans.get(form);
  if (plan === undefined) {
    const fields = new Map(form.fields.map((field) => [field.number, field]));
    plan = { fields, zeros: zerosOf(form) };
    plans.set(form, plan);
  }
  return plan;
}

/** As the library's `create`, which asks the schema anew each time, but for proto3 alone. */
export function emptyMessage(form: MessageForm): Fields {
  const message: Fields = {};
  for (const [name, zero] of planOf(form).zeros) message[name] = isShared(zero) ? zero : copyOf(zero);
  return message;
}

function zerosOf({ typeName, fields }: MessageForm): [string, unknown][] {
  const zeros: [string, unknown][] = [['$typeName', typeName]];
  for (const field of fields) {
    if (field.oneof !== undefined) zeros.push([field.oneof.localName, { case: undefined }]);
    else if (field.presence === PRESENCE.implicit) zeros.push([field.localName, zeroOfField(field)]);
  }
  return zeros;
}

function zeroOfField(field: FieldForm): unknown {
  if (field.fieldKind === 'list') return [];
  if (field.fieldKind === 'map') return {};
  return field.fieldKind === 'scalar' ? zeroOf(field.scalar) : 0;
}

/** Nobody can change a primitive, nor bytes of which there are none. */
function isShared(zero: unknown): boolean {
  return typeof zero !== 'object' || zero instanceof Uint8Array;
}

/** An empty list, map, or choice. */
function copyOf(zero: unknown): unknown {
  return Array.isArray(zero) ? [] : { ...(zero as object) };
}
