import type { JsonValue } from '@cotrace/core';
import { at, type Faults, type Path } from '../fault.js';
import { isObject, itemsOf, member } from '../json.js';
import { eventListOf, judgeDocument, judgeEvent, judgeSingle } from '../validate.js';

/** What is wrong with an EPCIS 2.0 document, outside its events and in each of them; or with one event. */
export interface Judged {
  readonly envelope: Faults;
  readonly events: readonly { readonly faults: Faults }[];
}

/** Judges a whole value, whose events were not taken out of it. */
export function validateEpcis(value: JsonValue): Judged {
  const way = isObject(value) ? eventListOf(member(value, 'type')) : null;
  if (way === null) return { envelope: judgeSingle(value, null), events: [] };
  let [list, path]: [JsonValue | undefined, Path] = [value, null];
  for (const name of way.split('.')) {
    list = isObject(list) ? member(list, name) : undefined;
    path = at(path, name);
  }
  const events = itemsOf(list).map((event, i) => ({ faults: judgeEvent(event, at(path, i)) }));
  return { envelope: judgeDocument(value), events };
}

/** Whether nothing is wrong with a document and all its events. */
export function isValid({ envelope, events }: Judged): boolean {
  return envelope.count === 0 && events.every(({ faults }) => faults.count === 0);
}
