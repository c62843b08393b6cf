import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { THREAD_PROGRAM, type ThreadPlatform } from '@cotrace/core';

const PROGRAM = `const { workerData: data } = require('node:worker_threads');${THREAD_PROGRAM}`;

/** Threads of a trie as workers of Node. */
export const nodeThreads: ThreadPlatform = {
  start: (data) => {
    const worker = new Worker(PROGRAM, { eval: true, workerData: data });
    return { ended: once(worker, 'exit').then(() => undefined) };
  },
  breathe: () => setImmediate(),
};
