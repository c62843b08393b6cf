import { sha256 } from '../../hash.js';
import { utf8 } from '../../bytes/bytes.js';
import type { StateTrieEntry, TraceHeadEntry, TraceTuple } from '../state-entries.js';

export const exampleEntry: StateTrieEntry = {
  valueHash: sha256(utf8('value')),
  blockNum: 0x1_0000_0002n,
  txNum: 3,
  verNum: 258,
};

export const exampleHead: TraceHeadEntry = {
  count: 2,
  lastBlock: 0x1_0000_0002n,
  lastTx: 70_000,
  digest: sha256(utf8('digest')),
};

export const exampleTuple: TraceTuple = { txId: 'ab'.repeat(32), block: 7n, txNum: 9, domain: 'production' };
