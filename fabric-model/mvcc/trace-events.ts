import {
  compareEvents,
  eventMspId,
  isDomainName,
  readTraceKey,
  sha256,
  type TraceEvent,
} from '@cotrace/core';
import type { NamespaceRwset } from '../transaction/rwset.js';
import { effects } from './effects.js';

/** What all events of a transaction have in common; `mspId` is its creator's, of any length. */
export type EventSource = Pick<TraceEvent, 'txId' | 'blockNum' | 'txNum' | 'mspId' | 'envelopeHash'>;

/**
 * The events that a valid transaction makes: one for each key of a row or mark that it puts in the state of a domain, by
 * `effects` and so once a key, in their order (`compareEvents`). Values are not looked at: any chaincode can write any, and
 * what is not of our form is for readers to tell. Source: docs/formats.md, "Trace events".
 */
export function traceEvents(rwset: readonly NamespaceRwset[], source: EventSource): TraceEvent[] {
  const { txId, blockNum, txNum, envelopeHash } = source;
  const mspId = eventMspId(source.mspId);
  const events: TraceEvent[] = [];
  for (const effect of effects(rwset)) {
    if (effect.kind !== 'put' || !isDomainName(effect.namespace)) continue;
    if (readTraceKey(effect.key) === null) continue;
    const [domain, key, valueHash] = [effect.namespace, effect.key, sha256(effect.value)];
    events.push({ txId, blockNum, txNum, domain, mspId, envelopeHash, key, valueHash });
  }
  return events.sort(compareEvents);
}
