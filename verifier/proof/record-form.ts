import {
  canonicalJson,
  type FirstRecord,
  fromUtf8,
  hashCanonical,
  MAX_IDENTIFIERS,
  MAX_RECORD_BYTES,
  parseStrictJson,
  readOrNull,
  recordOf,
  ROLES,
  Shape,
  type StoredRecord,
  type TextRule,
  toHex,
  type TraceLink,
  type TraceRow,
} from '@cotrace/core';

/**
 * What the contract takes has at most 1 MiB, of which a number of four characters may become one of 22 in canonical
 * JSON; the links of 1,000 identifiers in five roles are less than 1 MiB. Longer values are not looked at.
 */
const MAX_VALUE_BYTES = 8 * MAX_RECORD_BYTES;
/** Nobody sees it: what is of another form is answered by null. */
const SOURCE = { code: 'BAD_RECORD' } as const;
const HASH: TextRule = { rule: '64 lower-case hexadecimal digits', like: /^[0-9a-f]{64}$/ };

const ROW_MEMBERS = ['txId', 'recordId', 'ver', 'preTraceTxId', 'preTraceHash'];
const FIRST_MEMBERS = ['txId', 'recordId', 'eventHash'];
const LINK_MEMBERS = ['id', 'role', 'ver', 'preTraceTxId', 'preTraceHash'];

/**
 * The record that is at `rec/<recordId>` in a domain's state, or null where `bytes` are not exactly what the
 * contract writes there (docs/formats.md, Records and traces): any chaincode may write anything under such a key.
 */
export function readStoredRecord(recordId: string, bytes: Uint8Array): StoredRecord | null {
  return readOrNull(() => {
    const shape = canonicalShape(bytes);
    const links = shape
      .at('traces')
      .items(MAX_IDENTIFIERS * ROLES.length)
      .map(linkOf);
    const refs = links.map(({ id, role }) => ({ id, role }));
    const client = recordOf({ ...shape.object(), traces: refs }, MAX_IDENTIFIERS);
    if (toHex(hashCanonical(client)) !== recordId) shape.wrong('the record of its id');
    return { ...client, traces: links };
  });
}

/** The row that is at `trace/<traceId>`, or null where `bytes` are not exactly what the contract writes there. */
export function readTraceRow(bytes: Uint8Array): TraceRow | null {
  return readOrNull(() => {
    const row = canonicalShape(bytes).only(ROW_MEMBERS);
    return { txId: row.at('txId').text(HASH), recordId: row.at('recordId').text(HASH), ...chainLinkOf(row) };
  });
}

/** What is at an event's `evt/`, `eid/` or `dec/`, or null where it is not what the contract writes there. */
export function readFirstRecord(bytes: Uint8Array): FirstRecord | null {
  return readOrNull(() => {
    const first = canonicalShape(bytes).only(FIRST_MEMBERS);
    return {
      txId: first.at('txId').text(HASH),
      recordId: first.at('recordId').text(HASH),
      eventHash: first.at('eventHash').text(),
    };
  });
}

function linkOf(shape: Shape): StoredRecord['traces'][number] {
  shape.only(LINK_MEMBERS);
  return { id: shape.at('id').text(), role: shape.at('role').oneOf(ROLES), ...chainLinkOf(shape) };
}

/** `ver` counts from 1; `preTraceTxId` and `preTraceHash` are null in the first and hashes in all others. */
function chainLinkOf(shape: Shape): TraceLink {
  const ver = shape.at('ver').integer(1, Number.MAX_SAFE_INTEGER);
  const [preTraceTxId, preTraceHash] = [shape.at('preTraceTxId'), shape.at('preTraceHash')];
  if (ver > 1) return { ver, preTraceTxId: preTraceTxId.text(HASH), preTraceHash: preTraceHash.text(HASH) };
  if (!preTraceTxId.isNull() || !preTraceHash.isNull()) shape.wrong('the first of a chain');
  return { ver, preTraceTxId: null, preTraceHash: null };
}

/** The object that `bytes` are the canonical JSON of. */
function canonicalShape(bytes: Uint8Array): Shape {
  const text = fromUtf8(bytes);
  const value = parseStrictJson(text, MAX_VALUE_BYTES);
  const shape = new Shape(value, SOURCE);
  return canonicalJson(value) === text ? shape : shape.wrong('canonical JSON');
}
