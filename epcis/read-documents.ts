import { DEFAULT_DOMAIN_RULES, type DomainRule } from './domain-rules.js';
import { FileReader, refuseAll } from './file-reader.js';
import { formatPath } from './fault.js';
import type { FieldMessage, Place } from './located-json.js';
import type { MappedEvent } from './map-event.js';

/** Longest document that is read: parsed, it takes some 20 times its size in memory. */
export const MAX_DOCUMENT_LENGTH = 32 * 1024 * 1024;

/** What became of one event of a file. */
export type ReadResult =
  | ({ readonly ok: true } & Omit<MappedEvent, 'warnings'>)
  | { readonly ok: false; readonly errors: readonly FieldMessage[] };

export interface ReadEvent extends Place {
  /** Place in the document's list of events, from 0. */
  readonly index: number;
  /** Such as `epcisBody.eventList[3]`; `(root)` for an event that stands alone. */
  readonly path: string;
  readonly result: ReadResult;
}

/** A file of EPCIS events, read. */
export interface ReadFile {
  readonly name: string;
  /** In the order of the file. One refused event stands for a file in which no event can be found. */
  readonly events: readonly ReadEvent[];
  readonly warnings: readonly string[];
}

/**
 * Reads the text of a file that holds an EPCIS 2.0 document, a single event, an array of events, or one of these in each line
 * (JSON Lines): validates it and makes of each event the record and the domain to send it to. An event that is wrong is
 * refused, the others go on; where the document around them is wrong, all of its are, and where the text is not JSON, all.
 * `rules` choose the domains. Never throws for what the text holds; every message names the field and its place.
 */
export function readEpcisFile(
  text: string,
  name: string,
  rules: readonly DomainRule[] = DEFAULT_DOMAIN_RULES,
): ReadFile {
  if (text.length > MAX_DOCUMENT_LENGTH) {
    return refusedFile(name, `is longer than ${MAX_DOCUMENT_LENGTH} characters; split it`);
  }
  if (/^[\ufeff\s]*</.test(text)) {
    return refusedFile(name, 'is XML; this release reads JSON, and a later one will read XML');
  }
  return { name, ...new FileReader(text.replace(/^\ufeff/, ''), rules).read() };
}

/** A file in which no event can be found: one refused event stands for it. `message` says what the file is. */
export function refusedFile(name: string, message: string): ReadFile {
  const fault = { path: formatPath(null), message, line: 1, column: 1 };
  return { name, events: refuseAll(fault), warnings: [] };
}
