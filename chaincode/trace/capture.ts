import {
  canonicalJson,
  type Captured,
  markKey,
  marksOf,
  recordIdOf,
  recordKey,
  rowsAndMarks,
  storedRecord,
  traceKey,
  type TraceRow,
  utf8,
} from '@cotrace/core';
import { CAPTURED_EVENT } from './captured-event.js';
import { checkContent } from './check-record.js';
import type { Domain } from './domain-cache.js';
import { parseHints } from './hints.js';
import { linkTraces } from './link-traces.js';
import { parseRecord } from './parse-record.js';
import { checkSameEvent, noteEvent, readKnown } from './same-event.js';
import { readState, type Stub, writeState } from './state.js';

/**
 * Records one event of the organisation `mspId` in its domain: the record, a new row or a mark for each of its identifiers,
 * and the event's hash and id. Everything that it decides by is read from state and so protected by Fabric's version check:
 * of two concurrent captures that touch one row or tell one event of one organisation, the second to be ordered is invalid.
 * Marks are not read. Throws the refusals of the rules beside this file.
 */
export async function capture(
  stub: Stub,
  mspId: string,
  domain: Domain,
  recordText: string,
  hintsText: string,
): Promise<Captured> {
  const record = parseRecord(recordText, domain.definition.limits);
  const { rows, marks } = rowsAndMarks(record);
  const hints = parseHints(hintsText, rows);
  checkContent(record, domain);

  const recordId = recordIdOf(mspId, record);
  const telling = { record, recordId, mspId };
  const known = await readKnown(stub, telling);
  await checkSameEvent(stub, telling, known);
  const newest = await Promise.all(rows.map((id) => readState<TraceRow>(stub, traceKey(id))));
  const links = linkTraces(hints, newest);

  const markOf = marksOf(record, { txId: stub.getTxID(), recordId });
  await writeState(stub, recordKey(recordId), storedRecord(record, links));
  await noteEvent(stub, telling, known);
  for (const [id, link] of links) await writeState(stub, traceKey(id), { ...markOf(id), ...link });
  for (const id of marks) await writeState(stub, markKey(id, recordId), markOf(id));

  const captured = { recordId, traces: [...links].map(([id, { ver }]) => ({ id, ver })), marks };
  stub.setEvent(CAPTURED_EVENT, utf8(canonicalJson(captured)));
  return captured;
}
