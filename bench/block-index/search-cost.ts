import { buildFbTree, buildMbTree, FbTree, MbTree, onlyTraceId, utf8, verifyMbProof } from '@cotrace/core';
import { BlockSource, plainBlock, scanBlock, type Kind } from './blocks.js';

/** What finding one TraceID in a block took, in microseconds. */
export interface SearchCost {
  readonly kind: string;
  readonly size: number;
  readonly scan: number;
  readonly fb: number;
  readonly mb: number;
}

/** What an order costs, in a block of 1,000 records of Fabric's size. */
export interface OrderCost {
  readonly order: number;
  /** Bytes per record. */
  readonly fbBytes: number;
  readonly mbBytes: number;
  /** Microseconds. */
  readonly search: number;
  readonly prove: number;
  readonly verify: number;
  /** Bytes of a proof, on average. */
  readonly proofBytes: number;
}

const SEARCHES = 500;

export function searchCost(kind: Kind, size: number): SearchCost {
  const raw = new BlockSource(kind, size * 10).block(size);
  const block = plainBlock(raw);
  const fb = new FbTree(buildFbTree(raw.entries));
  const mb = new MbTree(buildMbTree(raw.entries));
  const traceIds = spread(raw.entries.map(({ traceId }) => traceId));
  const keys = traceIds.map(utf8);
  traceIds.forEach((traceId, i) => {
    const places = fb.search(onlyTraceId(traceId)).map(({ txNum }) => txNum);
    const scanned = scanBlock(block, keys[i] ?? block);
    if (places.join() !== scanned.join()) throw new Error(`search and scan differ for ${traceId}`);
  });
  return {
    kind: kind.name,
    size,
    scan: each(keys, (key) => scanBlock(block, key)),
    fb: each(traceIds, (traceId) => fb.search(onlyTraceId(traceId))),
    mb: each(traceIds, (traceId) => mb.search(onlyTraceId(traceId))),
  };
}

export function orderCost(kind: Kind, order: number, size: number): OrderCost {
  const { entries } = new BlockSource(kind, size * 10).block(size);
  const fb = buildFbTree(entries, order);
  const bytes = buildMbTree(entries, order);
  const tree = new MbTree(bytes);
  const ranges = spread(entries.map(({ traceId }) => onlyTraceId(traceId)));
  const proven = ranges.map((range) => ({ range, root: tree.root, proof: tree.prove(range) }));
  return {
    order,
    fbBytes: fb.length / size,
    mbBytes: bytes.length / size,
    search: each(ranges, (range) => tree.search(range)),
    prove: each(ranges, (range) => tree.prove(range)),
    verify: each(proven, (claim) => verifyMbProof(claim)),
    proofBytes: proven.reduce((sum, { proof }) => sum + proof.length, 0) / proven.length,
  };
}

/** Some of many, from all over them. */
function spread<T>(items: readonly T[]): T[] {
  return Array.from({ length: SEARCHES }, (_, i) => items[Math.floor((i * items.length) / SEARCHES)]).filter(
    (item) => item !== undefined,
  );
}

/** Microseconds that `act` takes, on average over `items` in its faster rounds, after one to warm up. */
function each<T>(items: readonly T[], act: (item: T) => unknown): number {
  const rounds = Array.from({ length: 6 }, () => {
    const start = performance.now();
    for (const item of items) act(item);
    return ((performance.now() - start) * 1000) / items.length;
  });
  const [, ...timed] = rounds;
  return timed.sort((a, b) => a - b)[1] ?? 0;
}
