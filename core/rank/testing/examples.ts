import { utf8 } from '../../bytes/bytes.js';
import { sha256 } from '../../hash.js';
import { DELETED_VALUE_HASH, type RankEntry } from '../entry.js';
import type { LayerRecord, RankTop } from '../layers.js';

/** Entries of one group, in their order: deleted, of a key that is not ASCII, of an empty one. */
export const exampleGroup: readonly RankEntry[] = [
  { key: 'trace/é', valueHash: DELETED_VALUE_HASH, blockNum: 1025n, txNum: 3, verNum: 2 },
  { key: 'rec/1', valueHash: sha256(utf8('1')), blockNum: 1025n, txNum: 7, verNum: 1 },
  { key: '', valueHash: sha256(utf8('2')), blockNum: 1025n, txNum: 7, verNum: 258 },
];

export const exampleRank: LayerRecord = { id: 258n, count: 1024, hash: sha256(utf8('layer')) };

export const exampleTop: RankTop = { ranks: 60, root: sha256(utf8('ranks')) };
