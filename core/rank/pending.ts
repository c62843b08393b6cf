import { utf8 } from '../bytes/bytes.js';
import { CotraceError } from '../errors.js';
import type { Rev } from '../formats/rev.js';
import { HASH_LENGTH } from '../hash.js';
import type { EntryPlace } from './group.js';

const HEAD = 8 + HASH_LENGTH;
const LOSS_HEAD = 8 + 4 + 4 + 4;

/** What a block changed and the layers do not have yet. */
export interface PendingBlock {
  readonly block: bigint;
  /** Hash of the group that it made. */
  readonly group: Uint8Array;
  /** The entries that left older groups. */
  readonly losses: readonly Loss[];
}

export interface Loss extends EntryPlace {
  readonly block: bigint;
}

export function lossOf(key: string, { blockNum, txNum, verNum }: Rev): Loss {
  return { block: blockNum, txNum, verNum, key: utf8(key) };
}

export function encodePending({ block: blockNum, group, losses }: PendingBlock): Uint8Array {
  const bytes = new Uint8Array(losses.reduce((total, { key }) => total + LOSS_HEAD + key.length, HEAD));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, blockNum);
  bytes.set(group, 8);
  let at = HEAD;
  for (const { block, txNum, verNum, key } of losses) {
    view.setBigUint64(at, block);
    view.setUint32(at + 8, txNum);
    view.setUint32(at + 12, verNum);
    view.setUint32(at + 16, key.length);
    bytes.set(key, at + LOSS_HEAD);
    at += LOSS_HEAD + key.length;
  }
  return bytes;
}

/** Throws `RANK_TREE_DAMAGED` where the page is. */
export function decodePending(bytes: Uint8Array): PendingBlock {
  if (bytes.length < HEAD) throw cutShort(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const losses: Loss[] = [];
  for (let at = HEAD; at < bytes.length;) {
    const left = bytes.length - at - LOSS_HEAD;
    const keyLength = left < 0 ? 0 : view.getUint32(at + 16);
    if (keyLength > left) throw cutShort(bytes);
    const key = bytes.subarray(at + LOSS_HEAD, at + LOSS_HEAD + keyLength);
    const from = view.getBigUint64(at);
    losses.push({ block: from, txNum: view.getUint32(at + 8), verNum: view.getUint32(at + 12), key });
    at += LOSS_HEAD + keyLength;
  }
  return { block: view.getBigUint64(0), group: bytes.subarray(8, HEAD), losses };
}

function cutShort({ length }: Uint8Array): CotraceError {
  return new CotraceError('RANK_TREE_DAMAGED', 'the changes of a block are cut short', { length });
}
