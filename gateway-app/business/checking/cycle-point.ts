import { CotraceError, equalBytes } from '@cotrace/core';
import type { RowWrite } from '../../node/store.js';
import type { DomainStore } from '../domain-store.js';
import type { HeldParts } from '../held-ranks.js';
import { dueRow, endsCycle, ROWS, rowOf } from './cycle-rows.js';

/** A block that the node has verified, as far as checking cycles are concerned. Hashes are 32 bytes. */
export interface VerifiedBlock {
  readonly number: bigint;
  readonly headerHash: Uint8Array;
  /** As a quorum attested it. */
  readonly trieRoot: Uint8Array;
  /** The configuration in force after it, and the hash of its membership. */
  readonly configEnvelope: Uint8Array;
  readonly membership: Uint8Array;
  /** The digests of what the node holds after it, where it ends a cycle; null else. */
  readonly parts: HeldParts | null;
}

/**
 * The rows that a block leaves for its cycle to be compared: after the last one of a cycle what the node knows of it, and the
 * configuration in force, under whose membership the next header is sealed, where it is another than that of the cycle before.
 * Block 0 leaves its configuration: cycle 1 is sealed under that.
 */
export async function cyclePointRows(
  store: DomainStore,
  c: number,
  block: VerifiedBlock,
): Promise<readonly RowWrite[]> {
  const { number, headerHash, trieRoot, membership, configEnvelope, parts } = block;
  if (number === 0n) return [{ key: rowOf(ROWS.config, 0n), bytes: configEnvelope }];
  if (!endsCycle(number, c) || parts === null) return [];
  const checkNum = number / BigInt(c);
  const { domain: part, lifecycle } = parts;
  const due = dueRow(checkNum, { headerHash, trieRoot, membership, part, lifecycle });
  const before = await configAt(store, checkNum - 1n);
  if (before !== null && equalBytes(before, configEnvelope)) return [due];
  return [due, { key: rowOf(ROWS.config, checkNum), bytes: configEnvelope }];
}

/** The configuration in force after cycle `checkNum`; null where a store from before there were cycles does not have it. */
export async function configAt(store: DomainStore, checkNum: bigint): Promise<Uint8Array | null> {
  const key = await store.lastKey(ROWS.config, rowOf(ROWS.config, checkNum));
  if (key === null) return null;
  const envelope = store.row(key);
  if (envelope === null)
    throw new CotraceError('STORE_DAMAGED', `the row ${key} of the store is lost`, { key });
  return envelope;
}
