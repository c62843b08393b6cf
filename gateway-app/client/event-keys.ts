import { type ClientRecord, distinctIds } from '@cotrace/core';
import type { ReadEvent } from '@cotrace/epcis';

/** Events that share an identifier in a domain, an event id or an event hash must not overtake each other. */
export function keysOf({ result }: ReadEvent): string[] {
  return result.ok ? recordKeys(result.domain, result.record) : [];
}

/** What a record shares with those that it must not overtake, in a domain: the keys of its task for `runInOrder`. */
export function recordKeys(domain: string, record: ClientRecord): string[] {
  return [
    ...distinctIds(record).map((id) => `trace/${domain}/${id}`),
    `hash/${record.eventHash}`,
    ...(record.eventID === null ? [] : [`id/${record.eventID}`]),
  ];
}
