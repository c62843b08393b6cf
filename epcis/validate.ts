import type { JsonValue } from '@cotrace/core';
import { documentCheck, queryDocumentCheck } from './document-schema.js';
import { eventCheck } from './event-schema.js';
import { Faults, at, type Path } from './fault.js';
import { isArray, isObject, itemsOf, member, type JsonObject } from './json.js';

/** An event of a document, judged. */
export interface JudgedEvent {
  /** Place in the document's list of events, from 0. */
  readonly index: number;
  readonly path: Path;
  readonly value: JsonValue;
  readonly faults: Faults;
}

/** An EPCIS 2.0 document or single event, judged. */
export interface Judged {
  /** What is wrong outside the events: nothing of the document counts then. */
  readonly envelope: Faults;
  readonly events: readonly JudgedEvent[];
  /** The document around the events; null where the event stands alone. */
  readonly document: JsonObject | null;
}

/** The most events of a document: even an empty one costs some ten microseconds to judge and to answer for. */
const MAX_EVENTS = 100_000;

const DOCUMENTS: ReadonlyMap<unknown, { check: typeof documentCheck; way: readonly string[] }> = new Map([
  ['EPCISDocument', { check: documentCheck, way: ['epcisBody', 'eventList'] }],
  [
    'EPCISQueryDocument',
    { check: queryDocumentCheck, way: ['epcisBody', 'queryResults', 'resultsBody', 'eventList'] },
  ],
]);

/**
 * Judges an EPCIS 2.0 document in JSON or JSON-LD, or one event that stands alone: structure and vocabulary, as
 * the standard's own schema does.
 */
export function validateEpcis(value: JsonValue): Judged {
  const envelope = new Faults();
  if (!isObject(value)) {
    envelope.add(null, 'expected an EPCIS document or event, which is an object');
    return { envelope, events: [], document: null };
  }
  const kind = DOCUMENTS.get(member(value, 'type'));
  if (kind === undefined) return judgeSingle(value, envelope);
  let path: Path = null;
  let list: JsonValue | undefined = value;
  for (const name of kind.way) {
    path = at(path, name);
    list = isObject(list) ? member(list, name) : undefined;
  }
  if (isArray(list) && list.length > MAX_EVENTS) {
    envelope.add(path, `has ${list.length} events; a file may have ${MAX_EVENTS}: split it`);
    return { envelope, events: [], document: value };
  }
  kind.check(value, null, envelope);
  const events = itemsOf(list).map((event, index) => judge(event, index, at(path, index)));
  return { envelope, events, document: value };
}

function judgeSingle(value: JsonObject, envelope: Faults): Judged {
  if (typeof member(value, 'type') !== 'string') {
    envelope.add(at(null, 'type'), 'is required: EPCISDocument, EPCISQueryDocument or an event type');
    return { envelope, events: [], document: null };
  }
  const event = judge(value, 0, null);
  if (!Object.hasOwn(value, '@context')) {
    event.faults.add(at(null, '@context'), 'is required but missing');
  }
  return { envelope, events: [event], document: null };
}

function judge(value: JsonValue, index: number, path: Path): JudgedEvent {
  const faults = new Faults();
  eventCheck(value, path, faults);
  return { index, path, value, faults };
}

/** Whether nothing is wrong with a document and all its events. */
export function isValid({ envelope, events }: Judged): boolean {
  return envelope.count === 0 && events.every(({ faults }) => faults.count === 0);
}
