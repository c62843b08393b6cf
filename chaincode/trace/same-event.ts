import { type ClientRecord, declarationKey, eventIdKey, eventKey, type FirstRecord } from '@cotrace/core';
import { Refusal } from './refusal.js';

/** The keys under which the first record of an event stands: for the same event, and for the same event id. */
export interface EventKeys {
  readonly same: string;
  /** Null where the event id decides nothing. */
  readonly byId: string | null;
}

/**
 * Where to look whether a record's event is already recorded, and where to note that it now is.
 *
 * An EPCIS error declaration repeats the id, and with it the hash, of the event that it declares wrong, and
 * documents arrive in any order. So it is a record of its own: known by the record's id alone, and in the way of
 * neither the event that it corrects nor another declaration.
 */
export function eventKeys(record: ClientRecord, recordId: string): EventKeys {
  if (record.corrects !== null) return { same: declarationKey(recordId), byId: null };
  return {
    same: eventKey(record.eventHash),
    byId: record.eventID === null ? null : eventIdKey(record.eventID),
  };
}

/**
 * Refuses an event that is already recorded; `same` and `byId` are what stands under its `eventKeys`.
 * Throws `DUPLICATE` for the same event, `CONFLICT` for other content under the same event id; the detail names
 * the first record.
 */
export function checkSameEvent(
  record: ClientRecord,
  same: FirstRecord | null,
  byId: FirstRecord | null,
): void {
  if (same !== null) throw new Refusal('DUPLICATE', 'this event is already recorded', { ...same });
  if (byId !== null) {
    throw new Refusal('CONFLICT', `event ${record.eventID ?? ''} is already recorded with other content`, {
      eventID: record.eventID,
      ...byId,
    });
  }
}
