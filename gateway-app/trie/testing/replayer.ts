// A process to be killed: it loads the last snapshot, goes on from there to the last of its blocks, and says where it
// stands. Arguments: folder, number of blocks.
import { join } from 'node:path';
import { ConcurrentTrie, createArena, ThreadPool, toHex, u32 } from '@cotrace/core';
import { nodeThreads } from '../node-threads.js';
import { loadTrie, saveTrie } from '../snapshot.js';
import { changesOf } from './changes.js';

const MEMORY = 128 << 20;
const [folder = '.', blocks = '0'] = process.argv.slice(2);
const path = join(folder, 'trie');
const loaded = loadTrie(path, MEMORY);
const arena = loaded?.arena ?? createArena(MEMORY);
const start = loaded === null ? 0 : new DataView(loaded.note.buffer, loaded.note.byteOffset).getUint32(0);
const pool = new ThreadPool(arena, 1, nodeThreads);
const trie = new ConcurrentTrie(arena, pool);
process.stdout.write(`${start} ${toHex(trie.root())}\n`);
for (let block = start + 1; block <= Number(blocks); block++) {
  await trie.apply(changesOf(block));
  await trie.commit();
  if (block % 2 === 0) await saveTrie(path, arena, u32(block));
}
process.stdout.write(`${blocks} ${toHex(trie.root())}\n`);
await pool.stop();
