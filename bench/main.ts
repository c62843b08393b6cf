// `npm run bench -- NAME [options]`. Each benchmark prints tables for people and one line of JSON at the end.
import { setMaxListeners } from 'node:events';
import { backendsBench } from './backends.js';
import { storageBench } from './storage/storage.js';
import { ledgerBench } from './ledger/ledger.js';
import { blockIndexBench } from './block-index/block-index.js';
import { captureBench } from './capture.js';
import { checkingBench } from './checking/checking.js';
import { hostileBench } from './hostile/hostile.js';
import { trieBench } from './trie/trie.js';
import { rankBench } from './rank/rank.js';
import { traceTreeBench } from './trace-tree/trace-tree.js';

/** A benchmark: prints its results; gives up, and cleans up, when `signal` is aborted. */
export interface Bench {
  readonly summary: string;
  run(args: readonly string[], signal: AbortSignal): Promise<void>;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  capture: captureBench,
  backends: backendsBench,
  rank: rankBench,
  trie: trieBench,
  'trace-tree': traceTreeBench,
  'block-index': blockIndexBench,
  ledger: ledgerBench,
  storage: storageBench,
  checking: checkingBench,
  hostile: hostileBench,
};

const [name, ...args] = process.argv.slice(2);
const bench = name === undefined ? undefined : BENCHES[name];
if (bench === undefined) {
  const lines = Object.entries(BENCHES).map(([key, { summary }]) => `  ${key}  ${summary}`);
  process.stdout.write(`npm run bench -- NAME\n\n${lines.join('\n')}\n`);
  process.exitCode = name === undefined ? 0 : 2;
} else {
  const interrupted = new AbortController();
  // Every record under way that waits to be tried again listens.
  setMaxListeners(0, interrupted.signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
  await bench.run(args, interrupted.signal);
  if (interrupted.signal.aborted) process.exitCode = 130;
}
