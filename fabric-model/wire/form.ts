/** Numbers that the library has for scalar types (`ScalarType`), of those that messages of Fabric use. */
export const SCALAR = {
  int64: 3,
  uint64: 4,
  int32: 5,
  bool: 8,
  string: 9,
  bytes: 12,
  uint32: 13,
} as const;

/** The library's `FeatureSet_FieldPresence`: whether a field that is not sent is absent or has its zero. */
export const PRESENCE = { explicit: 1, implicit: 2 } as const;

/** Members of a message by name, as the library's messages have them. */
export type Fields = Record<string, unknown>;

/**
 * What decoding needs to know of a message. The library's descriptors have it, and far more: they come with a runtime of
 * 69 kB, which a page that verifies a proof does not load.
 */
export interface MessageForm {
  readonly typeName: string;
  readonly fields: readonly FieldForm[];
}

interface AnyField {
  readonly number: number;
  readonly localName: string;
  readonly oneof?: { readonly localName: string } | undefined;
  readonly presence: number;
}
/** A field that holds one message. */
export type MessageField = AnyField & { readonly fieldKind: 'message'; readonly message: MessageForm };
/** A field that is there any number of times. */
export type ListField = AnyField & { readonly fieldKind: 'list' } & (
    | { readonly listKind: 'scalar'; readonly scalar: number }
    | { readonly listKind: 'enum' }
    | { readonly listKind: 'message'; readonly message: MessageForm }
  );
/** A field that is a map. */
export type MapField = AnyField & { readonly fieldKind: 'map'; readonly mapKey: number } & (
    | { readonly mapKind: 'scalar'; readonly scalar: number }
    | { readonly mapKind: 'enum' }
    | { readonly mapKind: 'message'; readonly message: MessageForm }
  );
/** A field of any kind. */
export type FieldForm =
  | (AnyField & { readonly fieldKind: 'scalar'; readonly scalar: number })
  | (AnyField & { readonly fieldKind: 'enum' })
  | MessageField
  | ListField
  | MapField;

/** A form whose messages are of the TypeScript type `M`. */
export interface FormOf<M> extends MessageForm {
  /** For the compiler alone. */
  readonly decoded?: M;
}

type ElementOf = keyof typeof SCALAR | MessageForm;
/** A field as a form is written: its number, and what it holds. */
type Field = readonly [
  number: number,
  type:
    ElementOf | 'enum' | 'bytesByText' | { readonly listOf: ElementOf } | { readonly byText: MessageForm },
];
type Choice = Readonly<Record<string, Field>>;
type Members<M> = Readonly<Record<Exclude<keyof M & string, '$typeName' | '$unknown'>, Field | Choice>>;

/**
 * The form of messages of type `M` of proto3: per member a field or, for a oneof, the fields to choose from. Members of
 * messages that hold others of their own type are given as a function of the form.
 */
export function form<M extends { readonly $typeName: string }>(
  typeName: M['$typeName'],
  members: Members<M> | ((self: MessageForm) => Members<M>),
): FormOf<M> {
  const fields: FieldForm[] = [];
  const made = { typeName, fields };
  for (const [localName, member] of Object.entries<Field | Choice>(
    typeof members === 'function' ? members(made) : members,
  )) {
    if (isField(member)) fields.push(fieldForm(localName, member));
    else {
      for (const [choice, field] of Object.entries(member)) {
        fields.push(fieldForm(choice, field, { localName }));
      }
    }
  }
  return made;
}

function isField(member: Field | Choice): member is Field {
  return Array.isArray(member);
}

function fieldForm(localName: string, [number, type]: Field, oneof?: AnyField['oneof']): FieldForm {
  const presence = oneof === undefined ? PRESENCE.implicit : PRESENCE.explicit;
  const field = { number, localName, oneof, presence };
  if (type === 'enum') return { ...field, fieldKind: 'enum' };
  if (type === 'bytesByText') {
    return { ...field, fieldKind: 'map', mapKey: SCALAR.string, mapKind: 'scalar', scalar: SCALAR.bytes };
  }
  if (typeof type === 'string') return { ...field, fieldKind: 'scalar', scalar: SCALAR[type] };
  if ('typeName' in type) {
    return { ...field, presence: PRESENCE.explicit, fieldKind: 'message', message: type };
  }
  if ('byText' in type) {
    const message = type.byText;
    return { ...field, fieldKind: 'map', mapKey: SCALAR.string, mapKind: 'message', message };
  }
  const { listOf } = type;
  return typeof listOf === 'string'
    ? { ...field, fieldKind: 'list', listKind: 'scalar', scalar: SCALAR[listOf] }
    : { ...field, fieldKind: 'list', listKind: 'message', message: listOf };
}
