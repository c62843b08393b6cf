import { sha256 } from '../../hash.js';
import { utf8 } from '../../bytes/bytes.js';
import type { StateTrieEntry } from '../state-entries.js';

export const exampleEntry: StateTrieEntry = {
  valueHash: sha256(utf8('value')),
  blockNum: 0x1_0000_0002n,
  txNum: 3,
  verNum: 258,
};
