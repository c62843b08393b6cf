// `node memory-process.js FOLDER ENTRIES PER_BLOCK`: a process of its own, so that the memory it takes is that of the tree.
import { NO_POLICY_HASH, type RankChange, sha256, utf8 } from '@cotrace/core';
import { DomainStore } from '@cotrace/gateway-app';
import { readFile } from 'node:fs/promises';
import { say } from '../output.js';
import {
  BENCH_OWNER,
  BLOCKS_PER_COMMIT,
  endCycle,
  NAMESPACE,
  takeBlocks,
  type BlockChanges,
} from './domain.js';
import type { MemoryCost } from './memory.js';
import { keyOf, PAPER, Random } from './workload.js';

const C = PAPER.blocks;
/** A domain's share of a cycle. */
const UPDATES = (C * PAPER.perBlock) / PAPER.domains;

const [folder = '', ...numbers] = process.argv.slice(2);
const [entries = 0, perBlock = 0] = numbers.map(Number);
/** Large blocks have commits of their own, so that what is measured is not the benchmark's. */
const portion = perBlock > PAPER.perBlock ? 1 : BLOCKS_PER_COMMIT;

/** Runs cycles of blocks, of which `keys(i)` are the keys that the i-th writes, until one writes none. */
async function run(store: DomainStore, keys: (i: number) => readonly number[], ver: number): Promise<void> {
  let i = 0;
  let blocks: BlockChanges[];
  do {
    blocks = Array.from({ length: portion }, () => {
      const changes = keys(i++).map((key, txNum) => change(key, txNum, ver));
      return { block: ++height, changes };
    });
    await takeBlocks(store, store.rankOf(NAMESPACE).pages, C, blocks);
    memory = Math.max(memory, await ownMemory());
    if (height % BigInt(C) === 0n) await endCycle(store, store.rankOf(NAMESPACE).pages, C, height);
    memory = Math.max(memory, await ownMemory());
  } while (blocks.every(({ changes }) => changes.length > 0));
}

function change(key: number, txNum: number, verNum: number): RankChange {
  const before = { blockNum: BigInt(1 + Math.floor(key / perBlock)), txNum: key % perBlock, verNum: 1 };
  const valueHash = sha256(utf8(`${key}/${verNum}`));
  const hashes = { valueHash, policyHash: NO_POLICY_HASH };
  return { key: keyOf(key), before: verNum === 1 ? null : before, ...hashes, txNum, verNum };
}

/** Memory that is the process's own, in bytes: without the parts of the store's files that are mapped, where the system tells. */
async function ownMemory(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? process.memoryUsage.rss() : Number(kilobytes) * 1024;
}

let [height, memory] = [0n, 0];
const store = await DomainStore.open(folder, BENCH_OWNER);
await run(
  store,
  (i) =>
    Array.from(
      { length: Math.min(perBlock, Math.max(0, entries - i * perBlock)) },
      (_, j) => i * perBlock + j,
    ),
  1,
);
const updated = new Random(1).distinct(Math.min(UPDATES, entries / 2), entries);
await run(store, (i) => updated.slice(i * perBlock, (i + 1) * perBlock), 2);
await endCycle(store, store.rankOf(NAMESPACE).pages, C, height);
memory = Math.max(memory, await ownMemory());
await store.close();

const start = performance.now();
const opened = await DomainStore.open(folder, BENCH_OWNER);
await endCycle(opened, opened.rankOf(NAMESPACE).pages, C, height);
const restart = performance.now() - start;
await opened.close();
const cost: MemoryCost = { entries, perBlock, memory, restart };
say(JSON.stringify(cost));
