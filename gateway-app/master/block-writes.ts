import { isDomainName, readTraceKey, type TraceEvent } from '@cotrace/core';
import {
  LIFECYCLE_NAMESPACE,
  traceEvents,
  type EventSource,
  type NamespaceRwset,
} from '@cotrace/fabric-model';
import { validTransaction } from '@cotrace/verifier';

/** Where a transaction stands, and the hash of its envelope. */
type Source = Pick<EventSource, 'blockNum' | 'txNum' | 'envelopeHash'>;

/** What a valid transaction of a block wrote in the domains that it touched. */
export interface WritingTransaction extends Pick<EventSource, 'blockNum' | 'txNum' | 'txId'> {
  readonly rwset: readonly NamespaceRwset[];
  /** What it wrote in `_lifecycle`. */
  readonly lifecycle: readonly NamespaceRwset[];
  /** One for each row or mark that it put, in their order. */
  readonly events: readonly TraceEvent[];
}

/**
 * What a valid transaction did in the namespaces that are domains; null where it is a configuration. Throws
 * `UNREADABLE_VALID_TRANSACTION`.
 */
export function writingTransaction(envelope: Uint8Array, source: Source): WritingTransaction | null {
  const { blockNum, txNum } = source;
  const valid = validTransaction(envelope, { block: blockNum, txNum });
  if (valid === null) return null;
  const { txId, mspId } = valid;
  const rwset = valid.rwset.filter(({ namespace }) => isDomainName(namespace));
  const lifecycle = valid.rwset.filter(({ namespace }) => namespace === LIFECYCLE_NAMESPACE);
  return { blockNum, txNum, txId, rwset, lifecycle, events: traceEvents(rwset, { ...source, txId, mspId }) };
}

/** What a valid transaction did in the namespaces that are domains. Throws `UNREADABLE_VALID_TRANSACTION`. */
export function domainWrites(
  envelope: Uint8Array,
  place: { readonly block: bigint; readonly txNum: number },
): NamespaceRwset[] {
  const rwset = validTransaction(envelope, place)?.rwset ?? [];
  return rwset.filter(({ namespace }) => isDomainName(namespace));
}

/** The TraceIDs whose rows, not only marks, a transaction put, each with its domain. */
export function rowsPut({ events }: WritingTransaction): { domain: string; traceId: string }[] {
  return events.flatMap(({ domain, key }) => {
    const read = readTraceKey(key);
    return read === null || read.recordId !== null ? [] : [{ domain, traceId: read.traceId }];
  });
}
