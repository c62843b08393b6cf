import { isCotraceError, isDomainName } from '@cotrace/core';
import { decodeEnvelope, decodeTransaction, type NamespaceRwset } from '@cotrace/fabric-model';

/** Prefix of the trace table's keys in a domain's state (docs/formats.md, Records and traces). */
const TRACE_KEY = 'trace/';

/** What a valid transaction of a block wrote in the domains that it touched. */
export interface WritingTransaction {
  readonly txNum: number;
  /** 64 lower-case hexadecimal digits. */
  readonly txId: string;
  readonly rwset: readonly NamespaceRwset[];
}

/** A row of the trace table that a transaction writes. */
export interface TraceWrite {
  readonly domain: string;
  readonly traceId: string;
  /** The row as written: JSON bytes. */
  readonly value: Uint8Array;
}

/** The public writes of an endorser transaction in the namespaces that are domains; none for any other bytes. */
export function domainWrites(envelope: Uint8Array): NamespaceRwset[] {
  try {
    const { rwset } = decodeTransaction(decodeEnvelope(envelope));
    return rwset.filter(({ namespace }) => isDomainName(namespace));
  } catch (error) {
    if (isCotraceError(error)) return [];
    throw error;
  }
}

/** The trace table rows among a transaction's writes. */
export function traceRows(rwset: readonly NamespaceRwset[]): TraceWrite[] {
  return rwset.flatMap(({ namespace, writes }) =>
    writes
      .filter(({ key, isDelete }) => key.startsWith(TRACE_KEY) && !isDelete)
      .map(({ key, value }) => ({ domain: namespace, traceId: key.slice(TRACE_KEY.length), value })),
  );
}
