import {
  canonicalJson,
  type ClientRecord,
  eventIdKey,
  eventKey,
  markKey,
  marksOf,
  recordIdOf,
  recordKey,
  type Role,
  rowsAndMarks,
  sha256,
  type StoredRecord,
  storedRecord,
  toHex,
  traceKey,
  type TraceLink,
  type TraceRef,
  utf8,
} from '@cotrace/core';
import { computeTxId } from '@cotrace/fabric-model';
import type { TestNetwork } from './test-network.js';
import { transaction, type TestEnvelope, type TestWrite } from './transactions.js';

const NONCE_LENGTH = 24;

/** An identifier in a test record. */
export interface TestTrace {
  readonly id: string;
  readonly role: Role;
  readonly lot?: string;
  readonly amounts?: TraceRef['amounts'];
  /** Says nothing of what gets a mark. */
  readonly ver: number;
  readonly preTraceTxId?: string | null;
  /** The client's hint: hash of the block with the record before. */
  readonly preTraceHash?: string | null;
}

/** A record as the contract writes it, rows of the trace table included. */
export interface TestRecord {
  /** Tells it from others: it is in the data, and decides the transaction id. */
  readonly label: string;
  readonly traces: readonly TestTrace[];
  readonly domain?: string;
  readonly step?: string;
  readonly eventID?: string | null;
  readonly data?: ClientRecord['data'];
  readonly bond?: ClientRecord['bond'];
  readonly change?: ClientRecord['change'];
}

/** What a transaction that captures a record is about to write, for tests that write something else. */
export interface Capturing {
  readonly txId: string;
  readonly recordId: string;
  readonly record: StoredRecord;
  readonly writes: readonly TestWrite[];
}

/**
 * The transaction that captures a record. The rows name the transaction, so its id must be known before it is made:
 * the nonce decides it. `alter` says what it writes instead of what the contract does.
 */
export function capture(
  network: TestNetwork,
  record: TestRecord,
  alter: (capturing: Capturing) => readonly TestWrite[] = ({ writes }) => writes,
): TestEnvelope & { readonly recordId: string } {
  const { domain = 'goods', label } = record;
  const nonce = sha256(utf8(label)).slice(0, NONCE_LENGTH);
  const txId = computeTxId(nonce, network.organisation(0).client.serialized);
  const capturing = capturingOf(record, txId, network.organisation(0).mspId);
  const { recordId } = capturing;
  const made = transaction(network, {
    chaincode: domain,
    nonce,
    rwset: { [domain]: { writes: alter(capturing) } },
  });
  return { ...made, recordId };
}

function capturingOf(parts: TestRecord, txId: string, mspId: string): Capturing {
  const { label, traces, step = 'shipping', eventID = null, data = { label } } = parts;
  const contains = traces.some(({ role }) => role === 'parent' || role === 'child');
  const { bond = contains ? 'aggregation' : null, change = 'see' } = parts;
  const client: ClientRecord = {
    step,
    eventTime: '2026-01-01T00:00:00.000Z',
    bond,
    change,
    traces: traces.map(({ id, role, lot = null, amounts = null }) => ({ id, role, lot, amounts })),
    data,
    eventHash: `ni:///sha-256;${toHex(sha256(utf8(label)))}?ver=CBV2.0`,
    eventID,
    corrects: null,
  };
  const { rows, marks } = rowsAndMarks(client);
  const links = new Map(
    traces
      .filter(({ id }) => rows.includes(id))
      .map((trace): [string, TraceLink] => [trace.id, linkOf(trace)]),
  );
  const record = storedRecord(client, links);
  const recordId = recordIdOf(mspId, client);
  const first = { txId, recordId, eventHash: client.eventHash };
  const markOf = marksOf(client, { txId, recordId });
  const writes: TestWrite[] = [
    [recordKey(recordId), canonicalJson(record)],
    [eventKey(client.eventHash, mspId), canonicalJson({ ...first, tellings: [{ txId, recordId }] })],
    ...(eventID === null ? [] : [[eventIdKey(eventID, mspId), canonicalJson(first)] as const]),
    ...[...links].map(([id, link]): TestWrite => [traceKey(id), canonicalJson({ ...markOf(id), ...link })]),
    ...marks.map((id): TestWrite => [markKey(id, recordId), canonicalJson(markOf(id))]),
  ];
  return { txId, recordId, record, writes };
}

/** As clients do, who give both hashes or none. */
function linkOf({ ver, preTraceTxId = null, preTraceHash }: TestTrace): TraceLink {
  return {
    ver,
    preTraceTxId,
    preTraceHash: preTraceHash ?? (preTraceTxId === null ? null : '00'.repeat(32)),
  };
}
