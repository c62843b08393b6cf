import type { JsonValue } from '@cotrace/core';
import { documentCheck, queryDocumentCheck } from './document-schema.js';
import { eventCheck } from './event-schema.js';
import { Faults, at, type Path } from './fault.js';
import { isObject, member } from './json.js';
import { EVENT_LIST, RESULT_LIST } from './outline.js';

const DOCUMENTS: ReadonlyMap<unknown, { check: typeof documentCheck; list: string }> = new Map([
  ['EPCISDocument', { check: documentCheck, list: EVENT_LIST }],
  ['EPCISQueryDocument', { check: queryDocumentCheck, list: RESULT_LIST }],
]);

/** The way to the events of a document of a type; null where it is not a type of documents. */
export function eventListOf(type: JsonValue | undefined): string | null {
  return DOCUMENTS.get(type)?.list ?? null;
}

/** Judges all of an EPCIS 2.0 document but its events: structure and vocabulary, as the standard's own schema does. */
export function judgeDocument(document: JsonValue): Faults {
  const faults = new Faults();
  const kind = isObject(document) ? DOCUMENTS.get(member(document, 'type')) : undefined;
  kind?.check(document, null, faults);
  return faults;
}

/** Judges an event of a document, in the same way. */
export function judgeEvent(event: JsonValue, path: Path): Faults {
  const faults = new Faults();
  eventCheck(event, path, faults);
  return faults;
}

/** Judges what should be an event that stands alone. */
export function judgeSingle(value: JsonValue, path: Path): Faults {
  const faults = new Faults();
  if (!isObject(value)) {
    faults.add(path, 'expected an EPCIS document or event, which is an object');
  } else if (typeof member(value, 'type') !== 'string') {
    faults.add(at(path, 'type'), 'is required: EPCISDocument, EPCISQueryDocument or an event type');
  } else if (eventListOf(member(value, 'type')) !== null) {
    faults.add(
      path,
      'is a document in an array; an array may have events: give each document a file or a line',
    );
  } else {
    eventCheck(value, path, faults);
    if (!Object.hasOwn(value, '@context'))
      faults.add(at(path, '@context'), `is required but missing: ${STANDARD}`);
  }
  return faults;
}

const STANDARD =
  'an event outside a document needs one, such as ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"]';
