import {
  canonicalJson,
  type Captured,
  distinctIds,
  type FirstRecord,
  hashCanonical,
  recordKey,
  toHex,
  traceKey,
  type TraceRow,
  utf8,
} from '@cotrace/core';
import type fabric from 'fabric-contract-api';
import { CAPTURED_EVENT } from './captured-event.js';
import type { Domain } from './domain-cache.js';
import { parseHints } from './hints.js';
import { linkTraces } from './link-traces.js';
import { parseRecord } from './parse-record.js';
import { checkSameEvent, eventKeys } from './same-event.js';
import { readState, writeState } from './state.js';
import { checkStep } from './step.js';

/**
 * Records one event in its domain: the record, a new row for each of its identifiers, and the event's hash and id.
 * Everything that it decides by is read from state and so protected by Fabric's version check: of two concurrent
 * captures that touch one identifier or tell one event, the second to be ordered is invalid.
 * Throws the refusals of the rules beside this file.
 */
export async function capture(
  stub: fabric.Context['stub'],
  { definition, checkData }: Domain,
  recordText: string,
  hintsText: string,
): Promise<Captured> {
  const record = parseRecord(recordText, definition.limits);
  const ids = distinctIds(record);
  const hints = parseHints(hintsText, ids);
  checkStep(record.step, definition.steps, definition.name);
  checkData(record.data);

  const recordId = toHex(hashCanonical(record));
  const keys = eventKeys(record, recordId);
  const [same, byId, ...newest] = await Promise.all([
    readState<FirstRecord>(stub, keys.same),
    keys.byId === null ? null : readState<FirstRecord>(stub, keys.byId),
    ...ids.map((id) => readState<TraceRow>(stub, traceKey(id))),
  ]);
  checkSameEvent(record, same, byId);

  const txId = stub.getTxID();
  const linked = linkTraces(record, recordId, txId, hints, newest);
  const first: FirstRecord = { txId, recordId, eventHash: record.eventHash };
  await writeState(stub, recordKey(recordId), linked.record);
  await writeState(stub, keys.same, first);
  if (keys.byId !== null) await writeState(stub, keys.byId, first);
  for (const { id, row } of linked.rows) await writeState(stub, traceKey(id), row);

  const captured = { recordId, traces: linked.rows.map(({ id, row: { ver } }) => ({ id, ver })) };
  stub.setEvent(CAPTURED_EVENT, utf8(canonicalJson(captured)));
  return captured;
}
