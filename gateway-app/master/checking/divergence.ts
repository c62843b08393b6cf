import { CotraceError, decodeCheckingHeader, equalBytes, type CheckingHeader } from '@cotrace/core';

/** That a quorum sealed another header of a cycle than this master computed. */
export interface Divergence {
  readonly checkNum: bigint;
  /** The members in which the headers differ. */
  readonly fields: readonly (keyof CheckingHeader)[];
  /** Domains whose recorded parts are not the own ones, as far as parts are recorded; sorted. */
  readonly parts: readonly string[];
}

/**
 * Members that follow from the blocks of main and the state trie, which this master attests. The others are made of rank trees and of rows
 * beside them, which can be made again from the stored blocks.
 */
const ATTESTED: ReadonlySet<keyof CheckingHeader> = new Set<keyof CheckingHeader>([
  'networkId',
  'cyclePointBlock',
  'cyclePointHeaderHash',
  'intervalSummary',
  'trieRoot',
  'membership',
]);

/** The members in which two headers, as their bytes, differ. Throws as `decodeCheckingHeader`. */
export function differingFields(one: Uint8Array, other: Uint8Array): (keyof CheckingHeader)[] {
  const [a, b] = [decodeCheckingHeader(one), decodeCheckingHeader(other)];
  return (Object.keys(a) as (keyof CheckingHeader)[]).filter((name) => {
    const [value, against] = [a[name], b[name]];
    if (value instanceof Uint8Array && against instanceof Uint8Array) return !equalBytes(value, against);
    return value !== against;
  });
}

/** Whether what this master attests is contradicted, and not only what it keeps beside it. */
export function contradictsAttested({ fields }: Divergence): boolean {
  return fields.some((field) => ATTESTED.has(field));
}

/** What differs, in words: `cycle 5, in trieRoot, bodyRoot; parts of goods, retail`. */
export function divergenceText({ checkNum, fields, parts }: Divergence): string {
  const named = parts.length === 0 ? '' : `; parts of ${parts.join(', ')}`;
  return `cycle ${checkNum}, in ${fields.join(', ')}${named}`;
}

/** That a quorum sealed another header, as a sentence. */
export function contradictionText(divergence: Divergence): string {
  return `a quorum sealed another header than this master computed: ${divergenceText(divergence)}`;
}

/** Why nothing is attested any more. */
export function divergedError(divergence: Divergence): CotraceError {
  const { checkNum, fields, parts } = divergence;
  return new CotraceError('DIVERGED', contradictionText(divergence), { checkNum, fields, parts });
}
