import {
  canonicalJson,
  type ClientRecord,
  eventIdKey,
  eventKey,
  hashCanonical,
  recordKey,
  type Role,
  sha256,
  type StoredRecord,
  toHex,
  traceKey,
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
  const capturing = capturingOf(record, txId);
  const { recordId } = capturing;
  const made = transaction(network, {
    chaincode: domain,
    nonce,
    rwset: { [domain]: { writes: alter(capturing) } },
  });
  return { ...made, recordId };
}

function capturingOf(parts: TestRecord, txId: string): Capturing {
  const { label, traces, step = 'shipping', eventID = null, data = { label } } = parts;
  const client: ClientRecord = {
    step,
    eventTime: '2026-01-01T00:00:00.000Z',
    traces: traces.map(({ id, role }) => ({ id, role })),
    data,
    eventHash: `ni:///sha-256;${toHex(sha256(utf8(label)))}?ver=CBV2.0`,
    eventID,
    corrects: null,
  };
  const links = traces.map(({ id, role, ver, preTraceTxId = null, preTraceHash }) => ({
    id,
    role,
    ver,
    preTraceTxId,
    // As clients do, who give both or none.
    preTraceHash: preTraceHash ?? (preTraceTxId === null ? null : '00'.repeat(32)),
  }));
  const record = { ...client, traces: links };
  const recordId = toHex(hashCanonical(client));
  const first = canonicalJson({ txId, recordId, eventHash: client.eventHash });
  const rows = links.map(({ id, ver, preTraceTxId, preTraceHash }): TestWrite => [
    traceKey(id),
    canonicalJson({ txId, recordId, ver, preTraceTxId, preTraceHash }),
  ]);
  const writes: TestWrite[] = [
    [recordKey(recordId), canonicalJson(record)],
    [eventKey(client.eventHash), first],
    ...(eventID === null ? [] : [[eventIdKey(eventID), first] as const]),
    // An identifier in two roles has one row.
    ...new Map(rows),
  ];
  return { txId, recordId, record, writes };
}
