import { isDomainName, TRACE_PREFIX } from '@cotrace/core';
import type { NamespaceRwset } from '@cotrace/fabric-model';
import { validRwset } from '@cotrace/verifier';

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

/**
 * What a valid transaction did in the namespaces that are domains; nothing where it is a configuration. Throws
 * `UNREADABLE_VALID_TRANSACTION`.
 */
export function domainWrites(
  envelope: Uint8Array,
  place: { readonly block: bigint; readonly txNum: number },
): NamespaceRwset[] {
  const rwset = validRwset(envelope, place) ?? [];
  return rwset.filter(({ namespace }) => isDomainName(namespace));
}

/** The trace table rows among a transaction's writes. */
export function traceRows(rwset: readonly NamespaceRwset[]): TraceWrite[] {
  return rwset.flatMap(({ namespace, writes }) =>
    writes
      .filter(({ key, isDelete }) => key.startsWith(TRACE_PREFIX) && !isDelete)
      .map(({ key, value }) => ({ domain: namespace, traceId: key.slice(TRACE_PREFIX.length), value })),
  );
}
