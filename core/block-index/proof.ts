import { concat } from '../bytes/bytes.js';
import { lp, Reader, u16, u32 } from '../bytes/codec.js';
import { MalformedError } from '../errors.js';
import { checkEntryCount, checkOrder, PROOF_TAG } from './layout.js';
import { runsAbove, shapeOf, type Run, type Shape } from './shape.js';

/** The nodes of a proof, as bytes, by level: leaves first, those of a level from left to right. */
export interface MbProof {
  readonly order: number;
  readonly shape: Shape;
  /** The leaves that it shows; null for a tree without entries. */
  readonly leaves: Run | null;
  /** Where the nodes of each level begin and end; leaves first. */
  readonly runs: readonly Run[];
  readonly nodes: readonly (readonly Uint8Array[])[];
}

/** The bytes of a proof (docs/formats.md, MB+ proof). Nodes are written from the top down. */
export function encodeMbProof({ order, shape, leaves, nodes }: Omit<MbProof, 'runs'>): Uint8Array {
  const all = nodes.toReversed().flat();
  return concat(
    PROOF_TAG,
    u16(order),
    u32(shape.count),
    u32(leaves?.first ?? 0),
    u32(all.length),
    ...all.map((node) => lp(node)),
  );
}

/**
 * Takes a proof apart, without a look at its nodes: order and number of entries give the tree's shape, and with the
 * first leaf and the number of nodes that gives the place of each. Throws `TRUNCATED`, `TRAILING_BYTES`, `BAD_TAG`,
 * `BAD_ORDER`, `BAD_ENTRY_COUNT`, and `BAD_PROOF_LENGTH` where no run of leaves needs that many nodes.
 */
export function decodeMbProof(bytes: Uint8Array): MbProof {
  const reader = new Reader(bytes, 'an MB+ proof');
  reader.expect(PROOF_TAG);
  const order = reader.u16();
  const count = reader.u32();
  const first = reader.u32();
  const total = reader.u32();
  checkOrder(order);
  checkEntryCount(count);
  const shape = shapeOf(count, order);
  const runs = runsFor(shape, first, total);
  const nodes = runs.toReversed().map((run) => {
    const level: Uint8Array[] = [];
    for (let node = run.first; node <= run.last; node++) level.push(reader.lp(bytes.length));
    return level;
  });
  reader.end();
  return { order, shape, leaves: runs[0] ?? null, runs, nodes: nodes.toReversed() };
}

/** The runs of nodes, by level, of the proof that begins with leaf `first` and has `total` nodes. */
function runsFor(shape: Shape, first: number, total: number): Run[] {
  const leaves = shape.levels[0] ?? 0;
  if (leaves === 0 && first === 0 && total === 0) return [];
  // One leaf more is at least one node more: halving finds the only run that can have `total` nodes.
  let [low, high] = [first, Math.min(leaves - 1, first + total)];
  while (low <= high) {
    const last = (low + high) >>> 1;
    const runs = runsAbove(shape, { first, last });
    const nodes = runs.reduce((sum, run) => sum + run.last - run.first + 1, 0);
    if (nodes === total) return runs;
    if (nodes < total) low = last + 1;
    else high = last - 1;
  }
  throw new MalformedError('BAD_PROOF_LENGTH', 'no run of leaves is shown by that many nodes', {
    count: shape.count,
    first,
    nodes: total,
  });
}
