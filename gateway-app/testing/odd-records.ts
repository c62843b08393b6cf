import {
  canonicalJson,
  clientRecord,
  hashCanonical,
  marksOf,
  recordKey,
  type StoredRecord,
  toHex,
  traceKey,
} from '@cotrace/core';
import { capture, type Capturing } from './records.js';
import type { TestNetwork } from './test-network.js';
import type { TestEnvelope, TestWrite } from './transactions.js';

type Alter = (capturing: Capturing) => readonly TestWrite[];
type Members = Readonly<Record<string, unknown>>;
type Trace = StoredRecord['traces'][number];

const HASH = 'ab'.repeat(32);

/** The organisation of the client that captures test records. */
const MSP_ID = 'Org1MSP';

/** What other chaincodes than the contract can leave under `rec/` and `trace/`, each of an identifier of its own. */
const ALTERED: readonly (readonly [title: string, alter: Alter])[] = [
  ['a record with one member more', recorded((record) => ({ ...record, note: 'trust me' }))],
  ['a record without a member', recorded((record) => without(record, 'corrects'))],
  ['a record whose time is not a time', recorded((record) => ({ ...record, eventTime: 'yesterday' }))],
  ['a record whose data is not an object', recorded((record) => ({ ...record, data: [] }))],
  ['a record without identifiers that are a list', recorded((record) => ({ ...record, traces: {} }))],
  ['an identifier in a role that does not exist', traced((trace) => [{ ...trace, role: 'owner' }])],
  ['an identifier with one member more', traced((trace) => [{ ...trace, owner: 'me' }])],
  ['an identifier without a member', traced((trace) => [without(trace, 'preTraceHash')])],
  ['an identifier that is a text', traced(({ id }) => [id])],
  ['an identifier twice in one role', traced((trace) => [trace, trace])],
  ['an identifier that is not canonical', traced((trace) => [trace, { ...trace, id: ' spaced ' }])],
  [
    'an identifier with other versions in two roles',
    traced((trace) => [trace, { ...trace, role: 'input', ver: 2, preTraceTxId: HASH, preTraceHash: HASH }]),
  ],
  ['a version of 0', linked({ ver: 0 })],
  ['a version that is not whole', linked({ ver: 1.5 })],
  ['a version that is a text', linked({ ver: '1' })],
  ['a first version with one before it', linked({ preTraceTxId: HASH, preTraceHash: HASH })],
  ['a first version with the hint of one before it', linked({ preTraceHash: HASH })],
  ['a second version with nothing before it', linked({ ver: 2 })],
  ['a second version without its hint', linked({ ver: 2, preTraceTxId: HASH })],
  ['a transaction before that is not a hash', linked({ ver: 2, preTraceTxId: 'before', preTraceHash: HASH })],
  [
    'a record under another id',
    ({ record, txId }) => writesOf(record, HASH, rowsOf(record, record, HASH, txId)),
  ],
  [
    'a record that is not canonical JSON',
    ({ writes }) => writes.map(([key, value]) => [key, key.startsWith('rec/') ? ` ${String(value)}` : value]),
  ],
  [
    'a row that is not canonical JSON',
    ({ writes }) =>
      writes.map(([key, value]) => [key, key.startsWith('trace/') ? ` ${String(value)}` : value]),
  ],
  [
    'a record under another key',
    ({ writes }) => writes.map(([key, value]) => [key.replace(/^rec/, 'red'), value]),
  ],
  [
    'a record that is written twice',
    ({ writes }) => [...writes, ...writes.filter(([key]) => key.startsWith('rec/'))],
  ],
  ['a record that is deleted again', deletedAgain('rec/')],
  ['a row that is deleted again', deletedAgain('trace/')],
  ['no row', ({ writes }) => writes.filter(([key]) => !key.startsWith('trace/'))],
  ['a row with one member more', rowed((row) => ({ ...row, note: 'trust me' }))],
  ['a row without a member', rowed((row) => without(row, 'preTraceHash'))],
  ['a row with another member', rowed((row) => ({ ...without(row, 'preTraceHash'), note: null }))],
  ['a row of another transaction', rowed((row) => ({ ...row, txId: HASH }))],
  ['a row of another record', rowed((row) => ({ ...row, recordId: HASH }))],
  ['a row of another event', rowed((row) => ({ ...row, event: HASH }))],
  ['a row of another time', rowed((row) => ({ ...row, time: '2027-01-01T00:00:00.000Z' }))],
  ['a row with other roles', rowed((row) => ({ ...row, roles: ['output'] }))],
  ['a row that says wrong', rowed((row) => ({ ...row, wrong: true }))],
  ['a row without what happened', rowed((row) => without(row, 'change'))],
  ['a row of another version', rowed((row) => ({ ...row, ver: 2, preTraceTxId: HASH, preTraceHash: HASH }))],
  ['a row that is a list', rowed((row) => [row])],
];

/** Transactions with odd records, in the order in which a block may hold them. */
export function oddRecords(
  network: TestNetwork,
): readonly (TestEnvelope & { readonly title: string; readonly traceId: string })[] {
  return ALTERED.map(([title, alter], i) => {
    const traceId = `ODD-${i}`;
    const record = { label: title, traces: [{ id: traceId, role: 'subject' as const, ver: 1 }] };
    return { title, traceId, ...capture(network, record, alter) };
  });
}

/** An altered record under the id that it then has, with its rows. */
function recorded(change: (record: StoredRecord) => object): Alter {
  return ({ record, txId }) => {
    const changed: Members = { ...change(record) };
    const { traces } = changed;
    const clients = Array.isArray(traces) ? traces.map(clientTrace) : traces;
    const recordId = toHex(hashCanonical([MSP_ID, { ...changed, traces: clients }]));
    return writesOf(changed, recordId, rowsOf(record, record, recordId, txId));
  };
}

/** What of an identifier in a record is the client's. */
function clientTrace(trace: unknown): unknown {
  if (typeof trace !== 'object' || trace === null) return trace;
  return without(trace, 'ver', 'preTraceTxId', 'preTraceHash');
}

function without(object: object, ...names: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

function traced(change: (trace: Trace) => readonly unknown[]): Alter {
  return recorded((record) => ({ ...record, traces: record.traces.flatMap(change) }));
}

/** Another place in the chain, in record and row alike. */
function linked(link: Members): Alter {
  return ({ record, recordId, txId }) => {
    const changed = { ...record, traces: record.traces.map((trace) => ({ ...trace, ...link })) };
    return writesOf(changed, recordId, rowsOf(record, changed, recordId, txId));
  };
}

function rowed(change: (row: object) => unknown): Alter {
  return ({ record, recordId, txId }) =>
    writesOf(
      record,
      recordId,
      rowsOf(record, record, recordId, txId).map(([id, row]) => [id, change(row)]),
    );
}

function deletedAgain(prefix: string): Alter {
  return ({ writes }) => [
    ...writes,
    ...writes.filter(([key]) => key.startsWith(prefix)).map(([key]): TestWrite => [key, null]),
  ];
}

/** The rows of `record`, with the links of `linked`. */
function rowsOf(
  record: StoredRecord,
  linked: {
    readonly traces: readonly {
      readonly id: string;
      readonly ver: unknown;
      readonly preTraceTxId: unknown;
      readonly preTraceHash: unknown;
    }[];
  },
  recordId: string,
  txId: string,
): [string, object][] {
  const rowOf = marksOf(clientRecord(record), { txId, recordId });
  return linked.traces.map(({ id, ver, preTraceTxId, preTraceHash }) => [
    id,
    { ...rowOf(id), ver, preTraceTxId, preTraceHash },
  ]);
}

function writesOf(
  record: object,
  recordId: string,
  rows: readonly (readonly [string, unknown])[],
): TestWrite[] {
  return [
    [recordKey(recordId), canonicalJson(record)],
    ...rows.map(([id, row]): TestWrite => [traceKey(id), canonicalJson(row)]),
  ];
}
