import type { IndexEntry } from './entry.js';
import { impliedUpstream } from './codings.js';

/** A record of a product as a block's tree takes it. */
export interface IndexRecord extends Omit<IndexEntry, 'upstream'> {
  /** The upstream identifiers that the record names as attributes of the product; empty where it names none. */
  readonly upstream: readonly string[];
}

/**
 * The entries of a record: one under the product's own TraceID, and one under every identifier upstream of it, those
 * that the record names, or else those that its TraceID implies (`impliedUpstream`). Seed 002 gives up the search
 * within a block for products with several sources (section 7.4); here it is a search for a key like any other.
 */
export function entriesOfRecord({ upstream, ...product }: IndexRecord): IndexEntry[] {
  const named = upstream.length > 0 ? new Set(upstream) : impliedUpstream(product.traceId);
  const others = [...named].filter((traceId) => traceId !== product.traceId);
  return [
    { ...product, upstream: false },
    ...others.map((traceId) => ({ ...product, traceId, upstream: true })),
  ];
}
