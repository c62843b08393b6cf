import {
  canonicalJson,
  type FirstRecord,
  fromUtf8,
  MAX_IDENTIFIERS,
  MAX_RECORD_BYTES,
  type NoLink,
  parseStrictJson,
  readOrNull,
  recordIdOf,
  recordOf,
  rowsAndMarks,
  Shape,
  type StoredRecord,
  type TextRule,
  type TraceLink,
} from '@cotrace/core';

/**
 * What the contract takes has at most 1 MiB, of which a number of four characters may become one of 22 in canonical
 * JSON; the links of 1,000 identifiers in their roles are less than 1 MiB. Longer values are not looked at.
 */
const MAX_VALUE_BYTES = 8 * MAX_RECORD_BYTES;
/** More entries than a record has that is in such a value. */
const MAX_ENTRIES = MAX_VALUE_BYTES;
/** Nobody sees it: what is of another form is answered by null. */
const SOURCE = { code: 'BAD_RECORD' } as const;
const HASH: TextRule = { rule: '64 lower-case hexadecimal digits', like: /^[0-9a-f]{64}$/ };

const LINK = ['ver', 'preTraceTxId', 'preTraceHash'];
const FIRST_MEMBERS = ['txId', 'recordId', 'eventHash'];
const ROW_MEMBERS = [
  'txId',
  'recordId',
  'time',
  'event',
  'roles',
  'wrong',
  'bond',
  'change',
  'parent',
  ...LINK,
];

/**
 * The record of organisation `mspId` that is at `rec/<recordId>` in a domain's state, or null where `bytes` are not exactly
 * what the contract writes there (docs/formats.md, Records and traces): any chaincode may write anything under such a key.
 */
export function readStoredRecord(recordId: string, mspId: string, bytes: Uint8Array): StoredRecord | null {
  return readOrNull(() => {
    const shape = canonicalShape(bytes);
    const entries = shape.at('traces').items(MAX_ENTRIES);
    const client = recordOf({ ...shape.object(), traces: entries.map(withoutLink) }, MAX_IDENTIFIERS);
    if (recordIdOf(mspId, client) !== recordId) shape.wrong('the record of its id');
    const marks = new Set(rowsAndMarks(client).marks);
    const links = entries.map((entry, i) =>
      marks.has(client.traces[i]?.id ?? '') ? noLinkOf(entry) : chainLinkOf(entry),
    );
    return {
      ...client,
      traces: client.traces.map((ref, i) => ({ ...ref, ...(links[i] ?? shape.wrong('linked')) })),
    };
  });
}

function withoutLink(entry: Shape) {
  return Object.fromEntries(Object.entries(entry.object()).filter(([name]) => !LINK.includes(name)));
}

/**
 * The record that the row at a `trace/` key is of, or null where `bytes` are not of the form that the contract gives rows.
 * What it says of the record is for the record to say.
 */
export function recordIdInRow(bytes: Uint8Array): string | null {
  return readOrNull(() => {
    const row = canonicalShape(bytes).only(ROW_MEMBERS);
    chainLinkOf(row);
    for (const name of ['txId', 'event']) row.at(name).text(HASH);
    return row.at('recordId').text(HASH);
  });
}

/** What is at an organisation's `eid/`, or null where it is not what the contract writes there. */
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

/** `ver` counts from 1; `preTraceTxId` and `preTraceHash` are null in the first and hashes in all others. */
function chainLinkOf(shape: Shape): TraceLink {
  const ver = shape.at('ver').integer(1, Number.MAX_SAFE_INTEGER);
  const [preTraceTxId, preTraceHash] = [shape.at('preTraceTxId'), shape.at('preTraceHash')];
  if (ver > 1) return { ver, preTraceTxId: preTraceTxId.text(HASH), preTraceHash: preTraceHash.text(HASH) };
  if (!preTraceTxId.isNull() || !preTraceHash.isNull()) shape.wrong('the first of a chain');
  return { ver, preTraceTxId: null, preTraceHash: null };
}

function noLinkOf(shape: Shape): NoLink {
  for (const name of LINK) if (!shape.at(name).isNull()) shape.wrong('in no chain');
  return { ver: null, preTraceTxId: null, preTraceHash: null };
}

/** The object that `bytes` are the canonical JSON of. */
function canonicalShape(bytes: Uint8Array): Shape {
  const text = fromUtf8(bytes);
  const value = parseStrictJson(text, MAX_VALUE_BYTES);
  const shape = new Shape(value, SOURCE);
  return canonicalJson(value) === text ? shape : shape.wrong('canonical JSON');
}
