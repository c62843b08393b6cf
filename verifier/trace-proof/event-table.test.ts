import { describe, expect, it } from '@jest/globals';
import type { ClientRecord, JsonValue, TraceEvent } from '@cotrace/core';
import type { LineageEvent, ShownRow } from '../lineage/types.js';
import type { ReadEvent } from './contents.js';
import { EventTable } from './event-table.js';

const PLACE = { domain: 'goods', txId: '1'.repeat(64), organisation: 'Org1MSP' };
const TIME = '2026-05-01T08:00:00.000Z';
const ROW: ShownRow = {
  ...{ recordId: 'a'.repeat(64), event: 'b'.repeat(64), time: TIME },
  ...{ wrong: true, bond: null, change: null, roles: ['subject'], parent: null },
};
const EVENT: LineageEvent = { ...PLACE, recordId: ROW.recordId, time: TIME, certain: true, because: [] };
const LEAF: TraceEvent = {
  ...{ txId: PLACE.txId, blockNum: 7n, txNum: 3, domain: PLACE.domain, mspId: PLACE.organisation },
  ...{ envelopeHash: new Uint8Array(32), key: 'trace/urn:a:b', valueHash: new Uint8Array(32) },
};

function recordWith(errorDeclaration: JsonValue): ClientRecord {
  return {
    ...{ step: 'packing', eventTime: TIME, bond: null, change: null, traces: [], eventID: null },
    ...{ data: { errorDeclaration }, eventHash: 'ni:///x', corrects: [] },
  };
}

/** The event as one trace shows it. */
function shownWith(record: ClientRecord | null, envelope = false): ReadEvent {
  const said = {
    event: ROW.event,
    time: TIME,
    wrong: true,
    bond: null,
    change: null,
    step: null,
    traces: [],
  };
  return {
    ...{ leaf: LEAF, link: null, envelope },
    shown: { shown: 'row', place: PLACE, row: ROW },
    record: record === null ? null : { said, record },
  };
}

function tableOf(...events: readonly ReadEvent[]): EventTable {
  return new EventTable(
    events.map((event, at) => ({ traceId: `urn:a:${at}`, events: [event], unlisted: [] })),
  );
}

describe('the table of events', () => {
  it('has of an event what any trace shows of it, in either order', () => {
    const traces = [shownWith(recordWith({})), shownWith(null, true), shownWith(null)];
    for (const table of [tableOf(...traces), tableOf(...traces.toReversed())]) {
      const answered = table.answered(EVENT);
      expect(answered).toMatchObject({ block: 7n, txNum: 3, envelope: true, record: { step: 'packing' } });
      expect(answered.record).not.toHaveProperty('corrects');
    }
    expect(tableOf(shownWith(null)).answered(EVENT)).toMatchObject({ record: null, envelope: false });
  });

  const declared = (told: JsonValue) =>
    tableOf(shownWith(recordWith(told))).declared({
      ...PLACE,
      declared: 'c'.repeat(64),
      recordId: ROW.recordId,
    });

  it('tells what a declaration says', () => {
    const told = { reason: 'another lot', declarationTime: TIME, correctiveEventIDs: ['urn:a', 1, 'urn:b'] };
    expect(declared(told)).toMatchObject({ ...told, correctiveEventIDs: ['urn:a', 'urn:b'] });
  });

  it.each<[string, JsonValue]>([
    ['no object', 'wrong'],
    ['null', null],
    ['a list', []],
    ['members of another kind', { reason: 1, declarationTime: {}, correctiveEventIDs: 'urn:a' }],
    ['a name that every object has', { toString: 'x' }],
  ])('tells nothing where a declaration is %s', (_title, told) => {
    expect(declared(told)).toMatchObject({ reason: null, declarationTime: null, correctiveEventIDs: [] });
  });
});
