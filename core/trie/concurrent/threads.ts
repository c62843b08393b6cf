import { openArena, type SharedMemory, type TrieArena } from './arena.js';

/** Threads that help a trie. Each runs `serve` of the kernels under its number and sleeps between jobs. */
export interface TrieThreads {
  /** Their numbers, from 1 on. */
  readonly numbers: readonly number[];
  /** Whether a thread is gone for good, whatever it was doing. */
  isDead(number: number): boolean;
  /** Lets the calling thread's events happen, as that of a thread's end. */
  breathe(): Promise<void>;
}

/** A trie that has nobody but its caller. */
export const NO_THREADS: TrieThreads = {
  numbers: [],
  isDead: () => false,
  breathe: () => Promise.resolve(),
};

/** What a thread of a trie is started with. */
export interface ThreadData {
  readonly module: object;
  readonly memory: SharedMemory;
  readonly number: number;
  readonly seen: number;
}

/**
 * The whole of a thread's JavaScript, for an environment in which its `ThreadData` is called `data`: text, so that it
 * is the same from sources and built. All else is in the kernels.
 */
export const THREAD_PROGRAM = `
const kernel = new WebAssembly.Instance(data.module, { env: { memory: data.memory, abort() {} } }).exports;
kernel.attach(data.number);
kernel.serve(data.seen);`;

/** A thread of the platform that runs `THREAD_PROGRAM` until it returns. */
export interface PlatformThread {
  /** Settles when the thread has ended, however that came. */
  readonly ended: Promise<void>;
}

/** How threads are started on this platform, and how events are let through. */
export interface ThreadPlatform {
  start(data: ThreadData): PlatformThread;
  breathe(): Promise<void>;
}

/** A number of threads of one arena. `stop` must be called, and never while the trie is being changed. */
export class ThreadPool implements TrieThreads {
  readonly numbers: readonly number[];
  readonly breathe: () => Promise<void>;
  readonly #arena: TrieArena;
  readonly #dead = new Set<number>();
  readonly #ended: readonly Promise<void>[];

  /** `count` threads, at most 31, beside the one that applies and commits. */
  constructor(arena: TrieArena, count: number, platform: ThreadPlatform) {
    this.#arena = arena;
    this.breathe = () => platform.breathe();
    this.numbers = Array.from({ length: count }, (_, i) => i + 1);
    const seen = openArena(arena, 0).currentGeneration();
    this.#ended = this.numbers.map(async (number) => {
      await platform.start({ ...arena, number, seen }).ended;
      this.#dead.add(number);
    });
  }

  isDead(number: number): boolean {
    return this.#dead.has(number);
  }

  /** Lets every thread return, and waits until all have. */
  async stop(): Promise<void> {
    openArena(this.#arena, 0).dismiss();
    await Promise.all(this.#ended);
  }
}
