import { concat, equalBytes, toHex } from '../bytes/bytes.js';
import { MalformedError } from '../errors.js';
import { nodeHash } from '../merkle/hashing.js';
import type { NodePlace } from '../merkle/siblings.js';
import { comparePlaces } from './event-leaf.js';
import type { EventTree, TraceHead } from './head.js';
import { hashesOf, type PerfectNodes } from './paths.js';
import { peakPlaces } from '../merkle/peaks.js';

/**
 * The proof that `newer` extends `older`: for each tree of `older` whose count grew, in its order, the hashes that the
 * peaks of both do not give (docs/formats.md, Growth of a head). `nodesOf` gives the nodes of a tree by its MSP id. Throws
 * `HEAD_ROLLED_BACK` where there is nothing to prove.
 */
export function growthProof(
  older: TraceHead,
  newer: TraceHead,
  nodesOf: (mspId: string) => PerfectNodes,
): Uint8Array {
  return concat(
    ...older.flatMap((tree) =>
      growthPlaces(tree.count, grownFrom(tree, newer).count).map(nodesOf(tree.mspId)),
    ),
  );
}

/**
 * Checks that `newer`, which must be under a trusted root, extends `older`, which the caller has kept: every event of
 * `older` is at its index in `newer`. Trees that only `newer` has are new organisations' (RFC 6962, section 2.1.2, from
 * peaks instead of roots).
 *
 * Throws `HEAD_ROLLED_BACK` where a tree is gone or shorter and `HEAD_REWRITTEN` where the two heads alone show that
 * events changed: these need no proof, and no prover can make them up. Throws `BAD_PROOF_LENGTH`, before anything is hashed,
 * and `ROOT_MISMATCH` where `proof` does not lead from one to the other.
 */
export function verifyGrowth(older: TraceHead, newer: TraceHead, proof: Uint8Array): void {
  const pairs = older.map((before) => ({ before, after: grownFrom(before, newer) }));
  for (const { before, after } of pairs) checkKept(before, after);
  const hashes = hashesOf(proof);
  const wanted = pairs.reduce(
    (sum, { before, after }) => sum + growthPlaces(before.count, after.count).length,
    0,
  );
  if (hashes.length !== wanted) {
    throw new MalformedError('BAD_PROOF_LENGTH', `the proof must have ${wanted} hashes`, {
      wanted,
      got: hashes.length,
    });
  }
  const rest = hashes.values();
  for (const { before, after } of pairs) checkMerged(before, after, rest);
}

/**
 * The nodes that peaks do not give where a tree grew from `count` to `grown` leaves: the right siblings on the way up from
 * its last leaf to the peak that holds it now. Empty where the old peaks are all peaks still.
 */
export function growthPlaces(count: number, grown: number): NodePlace[] {
  const places: NodePlace[] = [];
  let { level, position } = lastPeak(count);
  const top = levelOfPeakWith(count - 1, grown);
  for (; level < top; level++) {
    if (position % 2 === 0) places.push({ level, position: position + 1 });
    position = Math.floor(position / 2);
  }
  return places;
}

function lastPeak(count: number): NodePlace {
  const place = peakPlaces(count).at(-1);
  if (place === undefined) throw new RangeError('a tree has a peak');
  return place;
}

function levelOfPeakWith(leaf: number, count: number): number {
  const peak = peakPlaces(count).find(({ level, position }) => leaf < (position + 1) * 2 ** level);
  if (peak === undefined) throw new RangeError('the leaf is not in the tree');
  return peak.level;
}

function grownFrom(older: EventTree, newer: TraceHead): EventTree {
  const tree = newer.find(({ mspId }) => mspId === older.mspId);
  if (tree !== undefined && tree.count >= older.count) return tree;
  throw new MalformedError('HEAD_ROLLED_BACK', 'the newer head has fewer events of an organisation', {
    mspId: older.mspId,
    older: older.count,
    newer: tree?.count ?? 0,
  });
}

/** What the heads alone show: the last place, and the old peaks that are still peaks. */
function checkKept(older: EventTree, newer: EventTree): void {
  const moved = comparePlaces(placeOf(newer), placeOf(older));
  if (older.count === newer.count ? moved !== 0 : moved < 0) throw rewritten(older, 'the last event moved');
  const places = peakPlaces(newer.count);
  peakPlaces(older.count).forEach(({ level, position }, at) => {
    if (places[at]?.level !== level || places[at].position !== position) return;
    const [before, after] = [older.peaks[at], newer.peaks[at]];
    if (before === undefined || after === undefined || !equalBytes(before, after)) {
      throw rewritten(older, 'earlier events were replaced');
    }
  });
}

/** Climbs from the older tree's last peak to the newer tree's peak over it. */
function checkMerged(older: EventTree, newer: EventTree, proof: Iterator<Uint8Array, undefined>): void {
  const top = levelOfPeakWith(older.count - 1, newer.count);
  let { level, position } = lastPeak(older.count);
  const lefts = older.peaks.toReversed().values();
  let hash = next(lefts);
  for (; level < top; level++) {
    hash = position % 2 === 0 ? nodeHash(hash, next(proof)) : nodeHash(next(lefts), hash);
    position = Math.floor(position / 2);
  }
  const peak = newer.peaks[[...lefts].length] ?? new Uint8Array();
  if (!equalBytes(hash, peak)) {
    throw new MalformedError('ROOT_MISMATCH', 'the proof does not lead from the older head to the newer', {
      mspId: older.mspId,
      computed: toHex(hash),
      peak: toHex(peak),
    });
  }
}

function next(hashes: Iterator<Uint8Array, undefined>): Uint8Array {
  const hash = hashes.next();
  if (hash.done !== true) return hash.value;
  throw new MalformedError('BAD_PROOF_LENGTH', 'the proof has fewer hashes than the counts say');
}

function placeOf({ lastBlock, lastTx }: EventTree): { blockNum: bigint; txNum: number } {
  return { blockNum: lastBlock, txNum: lastTx };
}

function rewritten({ mspId, count }: EventTree, why: string): MalformedError {
  return new MalformedError('HEAD_REWRITTEN', `${why}: the newer head does not extend the older`, {
    mspId,
    count,
  });
}
