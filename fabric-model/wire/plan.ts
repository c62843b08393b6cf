import { create } from '@bufbuild/protobuf';
import type { DescField, DescMessage } from '@bufbuild/protobuf';

/** Members of a message by name, as the library's messages have them. */
export type Fields = Record<string, unknown>;

/** What decoding needs to know of a message, worked out once. */
export interface Plan {
  readonly fields: ReadonlyMap<number, DescField>;
  /** Members of a message in which no field is set. */
  readonly zeros: readonly (readonly [name: string, zero: unknown])[];
}

const plans = new WeakMap<DescMessage, Plan>();

export function planOf(schema: DescMessage): Plan {
  let plan = plans.get(schema);
  if (plan === undefined) {
    const fields = new Map(schema.fields.map((field) => [field.number, field]));
    plan = { fields, zeros: Object.entries(create(schema)) };
    plans.set(schema, plan);
  }
  return plan;
}

/** As the library's `create`, which asks the schema anew each time, but for proto3 alone. */
export function emptyMessage(schema: DescMessage): Fields {
  const message: Fields = {};
  for (const [name, zero] of planOf(schema).zeros) message[name] = isShared(zero) ? zero : copyOf(zero);
  return message;
}

/** Nobody can change a primitive, nor bytes of which there are none. */
function isShared(zero: unknown): boolean {
  return typeof zero !== 'object' || zero instanceof Uint8Array;
}

/** An empty list, map, or choice. */
function copyOf(zero: unknown): unknown {
  return Array.isArray(zero) ? [] : { ...(zero as object) };
}
