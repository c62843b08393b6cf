import {
  type FirstRecord,
  fromUtf8,
  MAX_IDENTIFIERS,
  type NoLink,
  readOrNull,
  recordIdOf,
  recordOf,
  rowsAndMarks,
  Shape,
  type StoredRecord,
} from '@cotrace/core';
import { canonicalJsonOf, chainLinkOf, HASH, LINK, MAX_RECORD_TEXT_BYTES, SOURCE } from './stored-form.js';

/** More entries than a record has that is in such a value. */
const MAX_ENTRIES = MAX_RECORD_TEXT_BYTES;

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

function noLinkOf(shape: Shape): NoLink {
  for (const name of LINK) if (!shape.at(name).isNull()) shape.wrong('in no chain');
  return { ver: null, preTraceTxId: null, preTraceHash: null };
}

/** The object that `bytes` are the canonical JSON of. */
function canonicalShape(bytes: Uint8Array): Shape {
  return new Shape(canonicalJsonOf(fromUtf8(bytes), MAX_RECORD_TEXT_BYTES), SOURCE);
}
