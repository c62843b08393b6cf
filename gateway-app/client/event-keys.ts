import { type ClientRecord, rowsAndMarks } from '@cotrace/core';
import type { ReadEvent } from '@cotrace/epcis';

/** Events that share a row of an identifier in a domain, an event id or an event hash must not overtake each other. */
export function keysOf({ result }: ReadEvent): string[] {
  return result.ok ? recordKeys(result.domain, result.record) : [];
}

/**
 * What a record shares with those that it must not overtake, in a domain: the keys of its task for `runInOrder`. Marks are
 * written at once, in any order.
 */
export function recordKeys(domain: string, record: ClientRecord): string[] {
  return [
    ...rowsAndMarks(record).rows.map((id) => `trace/${domain}/${id}`),
    `hash/${record.eventHash}`,
    ...(record.eventID === null ? [] : [`id/${record.eventID}`]),
  ];
}
