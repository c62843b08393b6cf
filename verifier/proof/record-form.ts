import {
  canonicalJson,
  type FirstRecord,
  fromUtf8,
  hashCanonical,
  type JsonValue,
  MAX_IDENTIFIERS,
  MAX_RECORD_BYTES,
  parseStrictJson,
  readOrNull,
  recordOf,
  type StoredRecord,
  toHex,
  type TraceRow,
} from '@cotrace/core';

/**
 * What the contract takes has at most 1 MiB, of which a number of four characters may become one of 22 in canonical
 * JSON; the links of 1,000 identifiers in five roles are less than 1 MiB. Longer values are not looked at.
 */
const MAX_VALUE_BYTES = 8 * MAX_RECORD_BYTES;
const HASH = /^[0-9a-f]{64}$/;

type Link = StoredRecord['traces'][number];

/**
 * The record that stands at `rec/<recordId>` in a domain's state, or null where `bytes` are not exactly what the
 * contract writes there (docs/formats.md, Records and traces): any chaincode may write anything under such a key.
 */
export function readStoredRecord(recordId: string, bytes: Uint8Array): StoredRecord | null {
  const record = canonicalObject(bytes);
  if (record === null || !isArray(record['traces'])) return null;
  const links = record['traces'].map(linkOf);
  if (!links.every((link) => link !== null)) return null;
  const sent = { ...record, traces: links.map(({ id, role }) => ({ id, role })) };
  const client = readOrNull(() => recordOf(sent, MAX_IDENTIFIERS));
  if (client === null || toHex(hashCanonical(client)) !== recordId) return null;
  return { ...client, traces: links };
}

/** The row that stands at `trace/<traceId>`, or null where `bytes` are not exactly what the contract writes there. */
export function readTraceRow(bytes: Uint8Array): TraceRow | null {
  const row = exactly(canonicalObject(bytes), ['txId', 'recordId', 'ver', 'preTraceTxId', 'preTraceHash']);
  return row !== null && isHash(row['txId']) && isHash(row['recordId']) && isLink(row)
    ? (row as unknown as TraceRow)
    : null;
}

/** What stands at an event's `evt/`, `eid/` or `dec/`, or null where it is not what the contract writes there. */
export function readFirstRecord(bytes: Uint8Array): FirstRecord | null {
  const first = exactly(canonicalObject(bytes), ['txId', 'recordId', 'eventHash']);
  return first !== null && isHash(first['txId']) && isHash(first['recordId']) && isText(first['eventHash'])
    ? (first as unknown as FirstRecord)
    : null;
}

type Members = Readonly<Record<string, JsonValue>>;

function linkOf(value: JsonValue): Link | null {
  const members = isObject(value) ? value : null;
  const link = exactly(members, ['id', 'role', 'ver', 'preTraceTxId', 'preTraceHash']);
  return link !== null && isLink(link) ? (link as unknown as Link) : null;
}

/** Whether `ver` counts from 1, and both of `preTraceTxId` and `preTraceHash` are null in the first and hashes in all others. */
function isLink({ ver, preTraceTxId, preTraceHash }: Members): boolean {
  if (typeof ver !== 'number' || !Number.isSafeInteger(ver) || ver < 1) return false;
  return ver === 1
    ? preTraceTxId === null && preTraceHash === null
    : isHash(preTraceTxId) && isHash(preTraceHash);
}

function isHash(value: JsonValue | undefined): boolean {
  return isText(value) && HASH.test(value);
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string';
}

/** `members` where they are exactly those of `names`. */
function exactly(members: Members | null, names: readonly string[]): Members | null {
  if (members === null || Object.keys(members).length !== names.length) return null;
  return names.every((name) => Object.hasOwn(members, name)) ? members : null;
}

/** The object that `bytes` are the canonical JSON of, or null. */
function canonicalObject(bytes: Uint8Array): Members | null {
  return readOrNull(() => {
    const text = fromUtf8(bytes);
    const value = parseStrictJson(text, MAX_VALUE_BYTES);
    return isObject(value) && canonicalJson(value) === text ? value : null;
  });
}

function isObject(value: JsonValue): value is Members {
  return typeof value === 'object' && value !== null && !isArray(value);
}

/** `Array.isArray` narrows a readonly array to `any[]`. */
function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
