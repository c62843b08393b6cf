import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  CycleDifferenceSchema,
  CyclePointSchema,
  NewestHeaderSchema,
  type CycleDifference,
  type CyclePoint,
  type NewestHeader,
} from '../../gen/cotrace/store_pb.js';
import { LIFECYCLE_NAMESPACE } from '@cotrace/core';
import { ordered, type RowWrite } from '../../node/store.js';

/** Rows of a business node's store that belong to checking cycles (docs/architecture.md, Stores). */
export const ROWS = {
  due: 'due/',
  config: 'config-at/',
  /** As stores of layouts up to 3 have sealed headers. */
  wideHeader: 'header/',
  differs: 'differs/',
  lifecycleDiffers: 'lifecycle-differs/',
} as const;

/** Before the cycle in the key of a sealed header's row: one of each cycle stays, so that these keys are short. */
export const HEADERS = 'h/';

/** The newest header that is kept, by which all are known to be whole. */
export const NEWEST_HEADER = 'newest-header';
/** The newest cycle at whose end the own state is what was sealed. */
export const CONSISTENT = 'consistent';

/** The key of a cycle's row. */
export function rowOf(prefix: (typeof ROWS)[keyof typeof ROWS], checkNum: bigint): string {
  return prefix + ordered(checkNum);
}

/** The cycle that a row's key names. */
export function cycleOf(key: string): bigint {
  return BigInt(`0x${key.slice(key.indexOf('/') + 1)}`);
}

/** The key of a sealed header's row, which sorts as its cycle does: how many digits follow the first, in hexadecimal, and the digits. */
export function headerKey(checkNum: bigint): string {
  const digits = checkNum.toString(16);
  return HEADERS + (digits.length - 1).toString(16) + digits;
}

/** The cycle that the key of a sealed header's row names. */
export function cycleOfHeader(key: string): bigint {
  return BigInt(`0x${key.slice(HEADERS.length + 1)}`);
}

/** Whether main block `blockNum` is the last one of a cycle of `c` blocks. Block 0 is in none. */
export function endsCycle(blockNum: bigint, c: number): boolean {
  return blockNum > 0n && blockNum % BigInt(c) === 0n;
}

/** The row of a cycle point that waits for its header. */
export function dueRow(checkNum: bigint, point: Omit<CyclePoint, '$typeName' | '$unknown'>): RowWrite {
  return {
    key: rowOf(ROWS.due, checkNum),
    bytes: toBinary(CyclePointSchema, create(CyclePointSchema, point)),
  };
}

export function readPoint(bytes: Uint8Array): CyclePoint {
  return fromBinary(CyclePointSchema, bytes);
}

export function newestRow(checkNum: bigint, headerHash: Uint8Array, firstMembership: Uint8Array): RowWrite {
  const newest = create(NewestHeaderSchema, { checkNum, headerHash, firstMembership });
  return { key: NEWEST_HEADER, bytes: toBinary(NewestHeaderSchema, newest) };
}

export function readNewest(bytes: Uint8Array): NewestHeader {
  return fromBinary(NewestHeaderSchema, bytes);
}

/** Where the rows of differences lie, in the domain or in `_lifecycle`. */
export function differsIn(domain: string): typeof ROWS.differs | typeof ROWS.lifecycleDiffers {
  return domain === LIFECYCLE_NAMESPACE ? ROWS.lifecycleDiffers : ROWS.differs;
}

export function differsRow({
  domain,
  checkNum,
  ...difference
}: {
  readonly domain: string;
  readonly checkNum: bigint;
  readonly code: string;
  readonly reason: string;
  readonly blocks: readonly bigint[];
}): RowWrite {
  const row = create(CycleDifferenceSchema, { ...difference, blocks: [...difference.blocks] });
  return { key: rowOf(differsIn(domain), checkNum), bytes: toBinary(CycleDifferenceSchema, row) };
}

export function readDifference(bytes: Uint8Array): CycleDifference {
  return fromBinary(CycleDifferenceSchema, bytes);
}
