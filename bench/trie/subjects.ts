import { createMPT, type MerklePatriciaTrie } from '@ethereumjs/mpt';
import {
  concat,
  ConcurrentTrie,
  createArena,
  openArena,
  PlainTrie,
  ThreadPool,
  toHex,
  type StateTrie,
  type TrieArena,
} from '@cotrace/core';
import { nodeThreads } from '@cotrace/gateway-app';
import type { GoProgram } from '../go-program.js';
import { Geth } from './geth.js';
import type { Keys } from './keys.js';

/** Lookups of one measurement, as in seed 000, figure 8. */
export const LOOKUPS = 10_000;
const [KEY_SIZE, VALUE_SIZE] = [32, 64];
/** A page of WebAssembly's memory. */
const PAGE = 65_536;
/** Changes that are made and handed over at a time while a trie is built. */
const SLICE = 100_000;

/** Milliseconds, and the root that they led to. */
export interface Measured {
  readonly ms: number;
  readonly root: string;
}

/** Something that is measured: a trie, built anew by every `build`. */
export interface Subject {
  readonly name: string;
  /** The most keys that it is measured with. */
  readonly limit: number;
  build(keys: Keys): Promise<Measured>;
  update(keys: Keys, count: number, round: number): Promise<Measured>;
  /** Milliseconds of `LOOKUPS` lookups, one after the other, each followed by a look at the value's size. */
  find(keys: Keys): Promise<number>;
  /** The same of keys that are handed over together, where there is a way to. */
  findAll?(keys: Keys): Promise<number>;
  stop(): Promise<void>;
}

/** Time that `act` takes, in milliseconds. */
export async function timed<T>(act: () => Promise<T> | T): Promise<{ ms: number; result: T }> {
  const start = performance.now();
  const result = await act();
  return { ms: performance.now() - start, result };
}

/** The tries of this project: what is measured is `apply` and `commit`, not how the keys were made. */
class OwnSubject implements Subject {
  trie: StateTrie = new PlainTrie();

  constructor(
    readonly name: string,
    readonly limit: number,
    readonly create: (keys: number) => Promise<StateTrie>,
    readonly stop: () => Promise<void>,
  ) {}

  async build(keys: Keys): Promise<Measured> {
    this.trie = await this.create(keys.count);
    let ms = 0;
    for (let from = 0; from < keys.count; from += SLICE) {
      const changes = keys.slice(from, from + SLICE);
      ms += (await timed(() => this.trie.apply(changes))).ms;
    }
    const committed = await timed(() => this.trie.commit());
    return { ms: ms + committed.ms, root: toHex(committed.result.root) };
  }

  async update(keys: Keys, count: number, round: number): Promise<Measured> {
    const changes = keys.updates(count, round);
    const { ms, result } = await timed(async () => {
      await this.trie.apply(changes);
      return this.trie.commit();
    });
    return { ms, root: toHex(result.root) };
  }

  async find(keys: Keys): Promise<number> {
    const wanted = keys.lookups(LOOKUPS);
    const { ms, result } = await timed(() =>
      wanted.every((key) => this.trie.find(key)?.length === VALUE_SIZE),
    );
    if (!result) throw new Error(`${this.name} has lost a key`);
    return ms;
  }

  async findAll(keys: Keys): Promise<number> {
    const packed = concat(...keys.lookups(LOOKUPS));
    const { ms, result } = await timed(() => {
      const values = this.trie.findAll(packed, KEY_SIZE);
      for (let i = 0; i < LOOKUPS; i++) if (values.sizeOf(i) !== VALUE_SIZE) return false;
      return true;
    });
    if (!result) throw new Error(`${this.name} has lost a key`);
    return ms;
  }
}

/** The plain trie, the oracle of the other. */
export function plainSubject(): Subject {
  return new OwnSubject(
    'oracle',
    100_000,
    () => Promise.resolve(new PlainTrie()),
    () => Promise.resolve(),
  );
}

/** The concurrent trie with `threads` threads in all; `arena` is that of the last build. */
export function concurrentSubject(threads: number): Subject & { readonly arena: () => TrieArena | null } {
  let pool: ThreadPool | null = null;
  let arena: TrieArena | null = null;
  const stop = async () => {
    await pool?.stop();
    pool = null;
  };
  const create = async (keys: number) => {
    await stop();
    const bytes = Math.min(2 ** 32, PAGE * Math.ceil((64 << 20) / PAGE + (keys * 400) / PAGE));
    if (arena?.memory.buffer.byteLength === bytes) empty(arena);
    else arena = createArena(bytes);
    pool = new ThreadPool(arena, threads - 1, nodeThreads);
    // Threads that are still starting would be measured as none.
    await new Promise((resolve) => setTimeout(resolve, 50 * (threads - 1)));
    return new ConcurrentTrie(arena, pool);
  };
  const subject = new OwnSubject(`cotrace ${threads}`, Infinity, create, stop);
  return Object.assign(subject, { arena: () => arena });
}

/** Makes an arena as it was when new, but for memory that the system has given already: go-ethereum keeps its own, too. */
function empty(arena: TrieArena): void {
  const { buffer } = arena.memory;
  const kernel = openArena(arena, 0);
  new Uint8Array(buffer).fill(0, 0, kernel.chunksUsed() * PAGE);
  kernel.initialise(buffer.byteLength / PAGE);
}

/** The Ethereum JavaScript library's trie. */
export class EthereumJsSubject implements Subject {
  readonly name = '@ethereumjs/mpt';
  readonly limit = 100_000;
  #trie: MerklePatriciaTrie | null = null;

  async build(keys: Keys): Promise<Measured> {
    this.#trie = await createMPT({ useKeyHashing: false });
    return this.#put(keys.slice(0, keys.count));
  }

  async update(keys: Keys, count: number, round: number): Promise<Measured> {
    return this.#put(keys.updates(count, round));
  }

  async find(keys: Keys): Promise<number> {
    const wanted = keys.lookups(LOOKUPS);
    return (
      await timed(async () => {
        for (const key of wanted) await this.#trie?.get(key);
      })
    ).ms;
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  async #put(changes: ReturnType<Keys['slice']>): Promise<Measured> {
    const { ms } = await timed(async () => {
      for (const { key, value } of changes) await this.#trie?.put(key, value);
    });
    return { ms, root: toHex(this.#trie?.root() ?? new Uint8Array()) };
  }
}

/** go-ethereum, on one processor or with its parallel hasher on several. */
export class GethSubject implements Subject {
  readonly limit: number;
  readonly name: string;
  readonly #geth: Geth;

  constructor(program: GoProgram, processors: number) {
    this.name = `go-ethereum ${processors}`;
    // Ten million keys are 6 GB and more than a minute in it: one of them is enough for lookups.
    this.limit = processors === 1 ? 10_000_000 : 1_000_000;
    this.#geth = new Geth(program, processors);
  }

  build(keys: Keys): Promise<Measured> {
    return this.#geth.ask(`build ${keys.count}`);
  }

  update(_keys: Keys, count: number, round: number): Promise<Measured> {
    return this.#geth.ask(`update ${count} ${round}`);
  }

  async find(): Promise<number> {
    return (await this.#geth.ask('find')).ms;
  }

  stop(): Promise<void> {
    return this.#geth.stop();
  }
}
