import { isFieldSet, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { compareBytes, toHex, utf8 } from '@cotrace/core';
import { tagOf } from './wire.js';

type Message = Readonly<Record<string, unknown>>;
type Unknown = readonly { readonly no: number; readonly wireType: number; readonly data: Uint8Array }[];

/** Text, or a message still to be written: messages may lie deeper within each other than the call stack is. */
type Part = string | { readonly schema: DescMessage; readonly message: Message };

/** The fields of a decoded message by number, then what nobody knows: canonical.go does the same. */
export function canonical(schema: DescMessage, message: Message): string {
  const written: string[] = [];
  const parts: Part[] = [{ schema, message }];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (typeof part === 'string') written.push(part);
    else parts.push(...partsOf(part.schema, part.message).reverse());
  }
  return written.join('');
}

function partsOf(schema: DescMessage, message: Message): Part[] {
  const parts: Part[] = ['{'];
  for (const field of [...schema.fields].sort((a, b) => a.number - b.number)) {
    if (!isFieldSet(message as never, field)) continue;
    parts.push(`${field.number}:`, ...fieldParts(field, valueOf(message, field)));
  }
  for (const { no, wireType, data } of (message['$unknown'] ?? []) as Unknown) {
    parts.push(`?${toHex(tagOf(no, wireType))}${toHex(data)}`);
  }
  parts.push('}');
  return parts;
}

function valueOf(message: Message, field: DescField): unknown {
  if (field.oneof === undefined) return message[field.localName];
  return (message[field.oneof.localName] as { readonly value: unknown }).value;
}

function fieldParts(field: DescField, value: unknown): Part[] {
  switch (field.fieldKind) {
    case 'list':
      return ['[', ...(value as unknown[]).flatMap((item) => valueParts(field.message ?? null, item)), ']'];
    case 'map': {
      const entries = Object.entries(value as Message).map(([key, item]) => ({ key: utf8(key), item }));
      entries.sort((a, b) => compareBytes(a.key, b.key));
      const parts = entries.flatMap(({ key, item }) => [
        `${toHex(key)}=`,
        ...valueParts(field.message ?? null, item),
      ]);
      return ['<', ...parts, '>'];
    }
    default:
      return valueParts(field.message ?? null, value);
  }
}

function valueParts(schema: DescMessage | null, value: unknown): Part[] {
  if (schema !== null) return [{ schema, message: value as Message }];
  if (value instanceof Uint8Array) return [`${toHex(value)},`];
  return [typeof value === 'string' ? `${toHex(utf8(value))},` : `${String(value)},`];
}
