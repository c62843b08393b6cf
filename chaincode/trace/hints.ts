import type { JsonValue } from '@cotrace/core';
import { MemberReader, parseArgument } from './members.js';
import type { Hint } from './record.js';

/** Two hashes and an identifier of 512 bytes, escaped: below 4,096 bytes each, for 1,000 identifiers. */
const MAX_HINTS_BYTES = 4 * 1024 * 1024;

const HASH = /^[0-9a-f]{64}$/;

const read = new MemberReader('BAD_HINTS');

/**
 * The hints in the argument of `capture`: one for each of `ids`, in that order. Either both values are null
 * (the identifier is new in this domain) or both are 64 lower-case hexadecimal digits.
 * Throws `BAD_HINTS`, `TOO_LARGE`.
 */
export function parseHints(text: string, ids: readonly string[]): Hint[] {
  const value = parseArgument(text, MAX_HINTS_BYTES, 'hints', 'BAD_HINTS');
  const entries = read.array(value, 'hints', ids.length);
  return ids.map((id, i) => hint(entries[i], `hints[${i}]`, id));
}

function hint(value: JsonValue | undefined, field: string, id: string): Hint {
  const members = read.object(value, field, ['id', 'preTraceTxId', 'preTraceHash']);
  if (members.id !== id)
    read.refuse(`${field}.id`, `${id}, as the record's distinct identifiers are in order`);
  const preTraceTxId = hash(members.preTraceTxId, `${field}.preTraceTxId`);
  const preTraceHash = hash(members.preTraceHash, `${field}.preTraceHash`);
  if ((preTraceTxId === null) !== (preTraceHash === null)) {
    read.refuse(field, 'null in both of preTraceTxId and preTraceHash, or in none');
  }
  return { id, preTraceTxId, preTraceHash };
}

function hash(value: JsonValue, field: string): string | null {
  return value === null
    ? null
    : read.text(value, field, 64, HASH, 'null or 64 lower-case hexadecimal digits');
}
