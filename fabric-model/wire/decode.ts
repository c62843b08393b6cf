import { ScalarType, create } from '@bufbuild/protobuf';
import type { DescField, DescMessage, MessageShape } from '@bufbuild/protobuf';
import { MalformedError } from '@cotrace/core';
import { WIRE, WireReader, plainBytes } from './wire-reader.js';

type Fields = Record<string, unknown>;

/**
 * Depth at which nested messages are refused. Go's limit is 10,000; only policies and configuration groups
 * can nest at all, and the call stack must last.
 */
const MAX_MESSAGE_DEPTH = 1000;

/** What decoding needs to know of a message, worked out once. */
interface Plan {
  readonly fields: ReadonlyMap<number, DescField>;
  /** Members of a message in which no field is set. */
  readonly zeros: readonly (readonly [name: string, zero: unknown])[];
}

const plans = new WeakMap<DescMessage, Plan>();

function planOf(schema: DescMessage): Plan {
  let plan = plans.get(schema);
  if (plan === undefined) {
    const fields = new Map(schema.fields.map((field) => [field.number, field]));
    plan = { fields, zeros: Object.entries(create(schema)) };
    plans.set(schema, plan);
  }
  return plan;
}

/** As the library's `create`, which asks the schema anew each time, but for proto3 alone. */
function emptyMessage(schema: DescMessage): Fields {
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

/**
 * Message of protobuf bytes, accepting and understanding exactly what Go's `proto.Unmarshal` does.
 *
 * `fromBinary` of the library differs where it matters to a verifier: it reads a known field of the wrong
 * wire type as if it were right (Go keeps it as unknown), lets a nested message run past the end of the
 * enclosing one, replaces invalid UTF-8, and drops a leading byte order mark, so that two different
 * chaincode names become one. A client could use each of these to show Fabric and us different
 * transactions. Bytes fields are views of `bytes`, not copies.
 *
 * Throws `BAD_PROTOBUF`. Source: google.golang.org/protobuf `internal/impl/decode.go`.
 */
export function decode<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  const message = emptyMessage(schema);
  readMessage(schema, message, new WireReader(plainBytes(bytes), schema.typeName), MAX_MESSAGE_DEPTH);
  return message as MessageShape<Desc>;
}

function readMessage(schema: DescMessage, message: Fields, reader: WireReader, depth: number): void {
  if (depth === 0) throw reader.error('messages are nested too deeply');
  const { fields } = planOf(schema);
  const unknown = (message['$unknown'] ?? []) as { no: number; wireType: number; data: Uint8Array }[];
  while (reader.at < reader.end) {
    const { number, type } = reader.tag();
    const field = fields.get(number);
    if (field === undefined || !readField(field, type, message, reader, depth)) {
      unknown.push({ no: number, wireType: type, data: reader.skip(number, type) });
    }
  }
  if (unknown.length > 0) message['$unknown'] = unknown;
}

/** Reads one field; false, with nothing read, if its wire type is not the one of the schema. */
function readField(
  field: DescField,
  type: number,
  message: Fields,
  reader: WireReader,
  depth: number,
): boolean {
  switch (field.fieldKind) {
    case 'message': {
      if (type !== WIRE.bytes) return false;
      const target = (current(message, field) ?? emptyMessage(field.message)) as Fields;
      readMessage(field.message, target, reader.nested(field.message.typeName), depth - 1);
      assign(message, field, target);
      return true;
    }
    case 'list':
      return readElement(field, type, message[field.localName] as unknown[], reader, depth);
    case 'map':
      if (type !== WIRE.bytes) return false;
      readEntry(field, message[field.localName] as Fields, reader.nested(field.name), depth);
      return true;
    default: {
      const scalar = field.fieldKind === 'enum' ? ScalarType.INT32 : field.scalar;
      if (type !== wireType(scalar)) return false;
      assign(message, field, readScalar(scalar, reader));
      return true;
    }
  }
}

function readElement(
  field: DescField & { fieldKind: 'list' },
  type: number,
  list: unknown[],
  reader: WireReader,
  depth: number,
): boolean {
  if (field.listKind === 'message') {
    if (type !== WIRE.bytes) return false;
    const element = emptyMessage(field.message);
    readMessage(field.message, element, reader.nested(field.message.typeName), depth - 1);
    list.push(element);
    return true;
  }
  const scalar = field.listKind === 'enum' ? ScalarType.INT32 : field.scalar;
  if (type === wireType(scalar)) list.push(readScalar(scalar, reader));
  else if (type === WIRE.bytes) {
    const packed = reader.nested(field.name);
    while (packed.at < packed.end) list.push(readScalar(scalar, packed));
  } else return false;
  return true;
}

function readEntry(
  field: DescField & { fieldKind: 'map' },
  map: Fields,
  reader: WireReader,
  depth: number,
): void {
  let key: unknown = field.mapKey === ScalarType.STRING ? '' : 0;
  let value: unknown;
  while (reader.at < reader.end) {
    const { number, type } = reader.tag();
    if (number === 1 && type === wireType(field.mapKey)) key = readScalar(field.mapKey, reader);
    else if (number === 2 && field.mapKind === 'message' && type === WIRE.bytes) {
      const target = (value ?? emptyMessage(field.message)) as Fields;
      readMessage(field.message, target, reader.nested(field.message.typeName), depth - 1);
      value = target;
    } else if (number === 2 && field.mapKind === 'scalar' && type === wireType(field.scalar)) {
      value = readScalar(field.scalar, reader);
    } else reader.skip(number, type);
  }
  value ??= field.mapKind === 'message' ? emptyMessage(field.message) : zero(field);
  // An own property even for a key like __proto__.
  Object.defineProperty(map, String(key), { value, enumerable: true, configurable: true, writable: true });
}

function zero(field: DescField & { fieldKind: 'map' }): unknown {
  if (field.mapKind !== 'scalar') return 0;
  switch (field.scalar) {
    case ScalarType.BYTES:
      return new Uint8Array();
    case ScalarType.STRING:
      return '';
    case ScalarType.BOOL:
      return false;
    default:
      return 0;
  }
}

function current(message: Fields, field: DescField & { fieldKind: 'message' }): unknown {
  if (field.oneof === undefined) return message[field.localName];
  const chosen = message[field.oneof.localName] as { case?: string; value?: unknown };
  return chosen.case === field.localName ? chosen.value : undefined;
}

function assign(message: Fields, field: DescField, value: unknown): void {
  if (field.oneof === undefined) message[field.localName] = value;
  else message[field.oneof.localName] = { case: field.localName, value };
}

function wireType(scalar: ScalarType): number {
  return scalar === ScalarType.STRING || scalar === ScalarType.BYTES ? WIRE.bytes : WIRE.varint;
}

function readScalar(scalar: ScalarType, reader: WireReader): unknown {
  switch (scalar) {
    case ScalarType.STRING:
      return reader.text();
    case ScalarType.BYTES:
      return reader.bytes();
    case ScalarType.UINT64:
      return reader.uint64();
    case ScalarType.INT64:
      return BigInt.asIntN(64, reader.uint64());
    case ScalarType.INT32:
      reader.varint();
      return reader.low | 0;
    case ScalarType.UINT32:
      reader.varint();
      return reader.low;
    case ScalarType.BOOL:
      reader.varint();
      return reader.low !== 0 || reader.high !== 0;
    default:
      throw new MalformedError('UNSUPPORTED_SCALAR', 'no message of Fabric has a field of this type', {
        scalar,
      });
  }
}
