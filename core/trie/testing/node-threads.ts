import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { THREAD_PROGRAM, type ThreadPlatform } from '../concurrent/threads.js';

const PROGRAM = `const { workerData: data } = require('node:worker_threads');${THREAD_PROGRAM}`;

/** Node's threads, whose workers a test can kill. */
export class KillableThreads implements ThreadPlatform {
  readonly workers: Worker[] = [];

  start(data: object): { ended: Promise<void> } {
    const worker = new Worker(PROGRAM, { eval: true, workerData: data });
    this.workers.push(worker);
    return { ended: once(worker, 'exit').then(() => undefined) };
  }

  breathe(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** Ends the thread `number`, 1…, wherever it stands. */
  async kill(number: number): Promise<void> {
    await this.workers[number - 1]?.terminate();
  }
}
