import { equals } from '@bufbuild/protobuf';
import { orderer } from '@cotrace/fabric-model';

/** Which blocks a seek asks for: from `start` on, ending after the block `stop`. */
export interface SeekRange {
  /** Null where Fabric finds no such position. */
  readonly start: bigint | null;
  readonly stop: bigint;
}

/** Number of the first block; null for a position beyond the height, or none. */
function startNumber(position: orderer.SeekPosition, height: bigint): bigint | null {
  const { Type: type } = position;
  switch (type.case) {
    case 'oldest':
      return 0n;
    case 'newest':
      return height - 1n;
    case 'nextCommit':
      return height;
    case 'specified':
      return type.value.number > height ? null : type.value.number;
    case undefined:
      return null;
  }
}

/**
 * Blocks that a seek means at a height of at least 1; null where the stop lies before the start
 * (`deliverBlocks` of common/deliver/deliver.go and `Iterator` of common/ledger/blockledger/fileledger).
 * A stop that is no number there, NextCommit or nothing, counts as block 0: such a stream never ends.
 */
export function resolveSeek(
  start: orderer.SeekPosition,
  stop: orderer.SeekPosition,
  height: bigint,
): SeekRange | null {
  const first = startNumber(start, height);
  const { Type: type } = stop;
  switch (type.case) {
    case 'oldest':
      return { start: first, stop: first ?? 0n };
    case 'newest':
      // The newest block alone was asked for: not whatever becomes the newest meanwhile.
      if (equals(orderer.SeekPositionSchema, start, stop)) return { start: first, stop: first ?? 0n };
      return { start: first, stop: height - 1n };
    case 'specified':
      return type.value.number < (first ?? 0n) ? null : { start: first, stop: type.value.number };
    case 'nextCommit':
    case undefined:
      return { start: first, stop: 0n };
  }
}
