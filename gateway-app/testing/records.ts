import { sha256, utf8 } from '@cotrace/core';
import { computeTxId } from '@cotrace/fabric-model';
import type { TestNetwork } from './test-network.js';
import { transaction, type TestEnvelope, type TestRwset } from './transactions.js';

const NONCE_LENGTH = 24;

/** An identifier in a test record. */
export interface TestTrace {
  readonly id: string;
  readonly role: string;
  readonly ver: number;
  readonly preTraceTxId?: string | null;
  /** The client's hint: hash of the block with the record before. */
  readonly preTraceHash?: string | null;
}

/** A record as the contract writes it, rows of the trace table included. */
export interface TestRecord {
  readonly recordId: string;
  readonly traces: readonly TestTrace[];
  readonly domain?: string;
  readonly step?: string;
  readonly eventID?: string | null;
}

/**
 * The transaction that captures a record. The rows name the transaction, so its id must be known before it is made:
 * the nonce decides it.
 */
export function capture(network: TestNetwork, record: TestRecord): TestEnvelope {
  const { domain = 'goods', recordId } = record;
  const nonce = sha256(utf8(recordId)).slice(0, NONCE_LENGTH);
  const txId = computeTxId(nonce, network.organisation(0).client.serialized);
  return transaction(network, {
    chaincode: domain,
    nonce,
    rwset: { [domain]: { writes: writesOf(record, txId) } },
  });
}

function writesOf(record: TestRecord, txId: string): NonNullable<TestRwset['writes']> {
  const { recordId, traces, step = 'shipping', eventID = null } = record;
  const links = traces.map(({ id, role, ver, preTraceTxId = null, preTraceHash = null }) => ({
    id,
    role,
    ver,
    preTraceTxId,
    preTraceHash,
  }));
  const rows = links.map(({ id, ver, preTraceTxId, preTraceHash }) => [
    `trace/${id}`,
    JSON.stringify({ txId, recordId, ver, preTraceTxId, preTraceHash }),
  ]);
  const body = { step, eventTime: '2026-01-01T00:00:00Z', eventID, traces: links, data: {} };
  return {
    [`rec/${recordId}`]: JSON.stringify(body),
    ...(Object.fromEntries(rows) as Record<string, string>),
  };
}
