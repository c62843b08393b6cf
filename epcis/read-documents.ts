import { DEFAULT_DOMAIN_RULES, type DomainRule } from './domain-rules.js';
import { FileReader, refuseAll } from './file-reader.js';
import { formatPath } from './fault.js';
import type { ReadFile } from './read-file.js';

/** Longest document that is read: parsed, it takes some 20 times its size in memory. */
export const MAX_DOCUMENT_LENGTH = 32 * 1024 * 1024;

/**
 * Reads the text of a file that holds an EPCIS 2.0 document, a single event, an array of events, or one of these in each line
 * (JSON Lines): validates it and makes of each event the record and the domain to send it to. An event that is wrong is
 * refused, the others are read; where the document around them is wrong, all of its are, and where the text is not JSON, all.
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
