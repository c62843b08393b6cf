import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { MalformedError } from '@cotrace/core';
import {
  SCALAR,
  type FieldForm,
  type Fields,
  type FormOf,
  type ListField,
  type MapField,
  type MessageField,
  type MessageForm,
} from './form.js';
import { emptyMessage, planOf, type Plan } from './plan.js';
import { readScalar, wireType, zeroOf } from './scalar.js';
import { WIRE, WireReader, plainBytes } from './wire-reader.js';

/** How many messages may lie within each other, the outermost counted. Source: Go's `protowire.DefaultRecursionLimit`. */
const MAX_MESSAGE_DEPTH = 10_000;

/** What a receiver puts up with. */
export interface DecodeLimits {
  /** The most entries of lists and maps, messages within the message, and unknown fields, all together: what objects are made of. */
  readonly maxElements?: number;
}

/**
 * Message of protobuf bytes, accepting and understanding exactly what Go's `proto.Unmarshal` does.
 *
 * `fromBinary` of the library differs where it matters to a verifier: it reads a known field of the wrong
 * wire type as if it were right (Go keeps it as unknown), lets a nested message run past the end of the
 * enclosing one, replaces invalid UTF-8, and drops a leading byte order mark, so that two different
 * chaincode names become one. A client could use each of these to show Fabric and us different
 * transactions. Bytes fields are views of `bytes`, not copies. Time and memory are linear in `bytes`, the call
 * stack does not grow with nesting, and no more objects are made than `maxElements` allows.
 *
 * `schema` is a descriptor of the library, or a form of ours, which needs none of the library when it runs.
 *
 * Throws `BAD_PROTOBUF`, and `TOO_MANY_ELEMENTS` beyond `maxElements`. Source: google.golang.org/protobuf
 * `internal/impl/decode.go`, `codec_map.go`; `test/differential/protobuf` compares.
 */
export function decode<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
  limits?: DecodeLimits,
): MessageShape<Desc>;
export function decode<M>(schema: FormOf<M>, bytes: Uint8Array, limits?: DecodeLimits): M;
export function decode(
  schema: MessageForm,
  bytes: Uint8Array,
  { maxElements = Infinity }: DecodeLimits = {},
): unknown {
  const message = emptyMessage(schema);
  const reading = new Reading(maxElements);
  const reader = new WireReader(plainBytes(bytes), schema.typeName);
  reading.open(new MessageFrame(planOf(schema), message, reader, MAX_MESSAGE_DEPTH - 1));
  reading.finish();
  return message;
}

/** Something that is read field by field, and may hold others that are read before it goes on. */
interface Frame {
  readonly reader: WireReader;
  readField(reading: Reading): void;
  close(): void;
}

/** One decoding: what is open, and how much may still be made. */
class Reading {
  readonly #open: Frame[] = [];
  readonly #maxElements: number;
  #elements = 0;

  constructor(maxElements: number) {
    this.#maxElements = maxElements;
  }

  open(frame: Frame): void {
    this.#open.push(frame);
  }

  finish(): void {
    for (let frame = this.#open.at(-1); frame !== undefined; frame = this.#open.at(-1)) {
      const { reader } = frame;
      if (reader.at < reader.end) frame.readField(this);
      else {
        frame.close();
        this.#open.pop();
      }
    }
  }

  /** To be called before an element is made. */
  count(): void {
    if (++this.#elements <= this.#maxElements) return;
    const max = this.#maxElements;
    throw new MalformedError('TOO_MANY_ELEMENTS', `a message has more than the ${max} elements allowed`, {
      max,
    });
  }

  /** Opens a message within another; `depth`: how many may still lie within it. */
  openMessage(schema: MessageForm, message: Fields, outer: WireReader, depth: number): void {
    const reader = outer.nested(schema.typeName);
    checkDepth(reader, depth);
    this.open(new MessageFrame(planOf(schema), message, reader, depth));
  }
}

class MessageFrame implements Frame {
  readonly reader: WireReader;
  readonly #plan: Plan;
  readonly #message: Fields;
  readonly #depth: number;

  constructor(plan: Plan, message: Fields, reader: WireReader, depth: number) {
    this.reader = reader;
    this.#plan = plan;
    this.#message = message;
    this.#depth = depth;
  }

  readField(reading: Reading): void {
    const { number, type } = this.reader.tag();
    const field = this.#plan.fields.get(number);
    if (field !== undefined && this.#readKnown(field, type, reading)) return;
    const data = this.reader.skip(number, type);
    reading.count();
    const unknown = (this.#message['$unknown'] ??= []) as {
      no: number;
      wireType: number;
      data: Uint8Array;
    }[];
    unknown.push({ no: number, wireType: type, data });
  }

  close(): void {
    // All of a message is in place as soon as it is read.
  }

  /** Reads one field; false, with nothing read, if its wire type is not the one of the schema. */
  #readKnown(field: FieldForm, type: number, reading: Reading): boolean {
    const { reader } = this;
    switch (field.fieldKind) {
      case 'message': {
        if (type !== WIRE.bytes) return false;
        reading.count();
        const target = (current(this.#message, field) ?? emptyMessage(field.message)) as Fields;
        assign(this.#message, field, target);
        reading.openMessage(field.message, target, reader, this.#depth - 1);
        return true;
      }
      case 'list':
        return this.#readElement(field, type, this.#message[field.localName] as unknown[], reading);
      case 'map': {
        // Go counts the depth of an entry before it looks at the wire type.
        checkDepth(reader, this.#depth - 1);
        if (type !== WIRE.bytes) return false;
        reading.count();
        const map = this.#message[field.localName] as Fields;
        reading.open(new EntryFrame(field, map, reader.nested(field.localName), this.#depth - 1));
        return true;
      }
      default: {
        const scalar = field.fieldKind === 'enum' ? SCALAR.int32 : field.scalar;
        if (type !== wireType(scalar)) return false;
        assign(this.#message, field, readScalar(scalar, reader));
        return true;
      }
    }
  }

  #readElement(field: ListField, type: number, list: unknown[], reading: Reading): boolean {
    const { reader } = this;
    if (field.listKind === 'message') {
      if (type !== WIRE.bytes) return false;
      reading.count();
      const element = emptyMessage(field.message);
      list.push(element);
      reading.openMessage(field.message, element, reader, this.#depth - 1);
      return true;
    }
    const scalar = field.listKind === 'enum' ? SCALAR.int32 : field.scalar;
    if (type === wireType(scalar)) {
      reading.count();
      list.push(readScalar(scalar, reader));
    } else if (type === WIRE.bytes) {
      const packed = reader.nested(field.localName);
      while (packed.at < packed.end) {
        reading.count();
        list.push(readScalar(scalar, packed));
      }
    } else return false;
    return true;
  }
}

class EntryFrame implements Frame {
  readonly reader: WireReader;
  readonly #field: MapField;
  readonly #map: Fields;
  readonly #depth: number;
  #key: unknown;
  #value: unknown;

  constructor(field: MapField, map: Fields, reader: WireReader, depth: number) {
    this.reader = reader;
    this.#field = field;
    this.#map = map;
    this.#depth = depth;
    this.#key = zeroOf(field.mapKey);
    this.#value = field.mapKind === 'scalar' ? zeroOf(field.scalar) : 0;
    if (field.mapKind === 'message') this.#value = emptyMessage(field.message);
  }

  readField(reading: Reading): void {
    const { reader } = this;
    const field = this.#field;
    const { number, type } = reader.tag();
    if (number === 1 && type === wireType(field.mapKey)) this.#key = readScalar(field.mapKey, reader);
    else if (number === 2 && field.mapKind === 'message' && type === WIRE.bytes) {
      reading.openMessage(field.message, this.#value as Fields, reader, this.#depth - 1);
    } else if (number === 2 && field.mapKind !== 'message' && type === wireType(valueType(field))) {
      this.#value = readScalar(valueType(field), reader);
    } else reader.skip(number, type);
  }

  close(): void {
    // An own property even for a key like __proto__.
    Object.defineProperty(this.#map, String(this.#key), {
      value: this.#value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
}

function valueType(field: MapField & { mapKind: 'scalar' | 'enum' }): number {
  return field.mapKind === 'enum' ? SCALAR.int32 : field.scalar;
}

function checkDepth(reader: WireReader, depth: number): void {
  if (depth < 0) throw reader.error('messages are nested too deeply');
}

function current(message: Fields, field: MessageField): unknown {
  if (field.oneof === undefined) return message[field.localName];
  const chosen = message[field.oneof.localName] as { case?: string; value?: unknown };
  return chosen.case === field.localName ? chosen.value : undefined;
}

function assign(message: Fields, field: FieldForm, value: unknown): void {
  if (field.oneof === undefined) message[field.localName] = value;
  else message[field.oneof.localName] = { case: field.localName, value };
}
