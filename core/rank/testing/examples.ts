import { utf8 } from '../../bytes/bytes.js';
import { sha256 } from '../../hash.js';
import { DELETED_VALUE_HASH, NO_POLICY_HASH, type RankEntry } from '../entry.js';
import type { GroupLeaf, RankLeaf, RankTop } from '../layers.js';

/** Entries of one group, in their order: deleted, of a key that is not ASCII, with a policy of its own, of an empty one. */
export const exampleGroup: readonly RankEntry[] = [
  {
    key: 'trace/é',
    valueHash: DELETED_VALUE_HASH,
    policyHash: NO_POLICY_HASH,
    blockNum: 1025n,
    txNum: 3,
    verNum: 2,
  },
  {
    key: 'rec/1',
    valueHash: sha256(utf8('1')),
    policyHash: sha256(utf8('policy')),
    blockNum: 1025n,
    txNum: 7,
    verNum: 1,
  },
  {
    key: '',
    valueHash: sha256(utf8('2')),
    policyHash: NO_POLICY_HASH,
    blockNum: 1025n,
    txNum: 7,
    verNum: 258,
  },
];

export const exampleGroupLeaf: GroupLeaf = { blockNum: 1025n, group: sha256(utf8('group')) };

export const exampleRank: RankLeaf = { checkNum: 258n, groups: 1024, hc: sha256(utf8('layer')) };

export const exampleTop: RankTop = { ranks: 60, root: sha256(utf8('ranks')) };
