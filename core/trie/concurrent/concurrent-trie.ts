import { CotraceError } from '../../errors.js';
import { EMPTY_TRIE_ROOT } from '../keccak.js';
import type { FoundValues } from '../found-values.js';
import { checkKey, checkKeys, checkValue } from '../limits.js';
import type { ChangedNode, StateTrie, TrieChange, TrieCommit } from '../state-trie.js';
import { openArena, type TrieArena } from './arena.js';
import { Emitter } from './emitted.js';
import { Finder } from './finder.js';
import { Inbox } from './inbox.js';
import type { TrieKernel } from './kernel.js';
import { NO_THREADS, type TrieThreads } from './threads.js';

/** Below so many changes other threads are not worth waking: docs/decisions/0023 has the figures. */
export const WORTH_SHARING = 64;
/** Units of a batch: enough that threads end together, and each a run of neighbouring keys. */
const APPLY_UNITS = 64;
/** Changes that make a unit of a commit, so that most hashes find a second one to be made with. */
const CHANGES_A_UNIT = 512;
const UNITS_A_THREAD = 4;
/** How long the calling thread sleeps for others before it lets events through, such as one of a thread's death. */
const PATIENCE_MICROSECONDS = 2000;

/** How full a trie is. */
export interface TrieFill {
  readonly keys: number;
  /** Bytes that nodes take, and that were ever given to nodes. */
  readonly usedBytes: number;
  readonly reservedBytes: number;
  readonly limitBytes: number;
  /** Level of the cache array, in bits; 0 while there is none. */
  readonly cacheLevel: number;
}

/**
 * The concurrent Merkle Patricia trie of seed 000, in memory that threads share: insertion by compare-and-swap, cache
 * arrays for lookups, and a commit that hashes on all threads. One thread applies and commits; `threads` help it.
 */
export class ConcurrentTrie implements StateTrie {
  readonly #kernel: TrieKernel;
  readonly #bytes: Uint8Array;
  readonly #inbox: Inbox;
  readonly #emitter: Emitter;
  readonly #finder: Finder;
  readonly #threads: TrieThreads;
  /** Changes since the last commit. */
  #pending = 0;
  #busy = false;
  /** Whether the commit before lost a thread, and with it that thread's list of changed nodes. */
  #incomplete = false;

  /**
   * `threads` must have opened the same arena. `scattered` deals keys out by all of their bits, so that threads meet
   * in the same nodes as often as can be: for tests and measurements of contention.
   */
  constructor(arena: TrieArena, threads: TrieThreads = NO_THREADS, scattered = false) {
    const { buffer } = arena.memory;
    this.#kernel = openArena(arena, 0);
    this.#bytes = new Uint8Array(buffer);
    this.#inbox = new Inbox(this.#kernel, buffer, scattered);
    this.#emitter = new Emitter(this.#kernel, buffer);
    this.#finder = new Finder(this.#kernel, buffer);
    this.#threads = threads;
  }

  /**
   * As `StateTrie.apply`. Throws `TRIE_FULL` when the memory is used up: some of the changes are made then and some are
   * not, and `apply`, `commit`, `prove`, `root` and `imageOf` throw it from there on. Lookups go on. The trie must be
   * loaded again, with more memory. Throws `TRIE_BUSY` while another `apply` or `commit` runs.
   */
  async apply(changes: readonly TrieChange[]): Promise<void> {
    for (const { key, value } of changes) {
      checkKey(key);
      if (value !== null) checkValue(value);
    }
    await this.#alone(async () => {
      this.#requireRoom();
      this.#pending += changes.length;
      for (let next = 0; next < changes.length;) {
        const from = next;
        next = this.#inbox.fill(changes, from);
        if (next - from < WORTH_SHARING) {
          this.#kernel.runInOrder();
        } else {
          this.#kernel.sort();
          await this.#share(this.#kernel.APPLY.value, APPLY_UNITS);
        }
        this.#requireRoom();
      }
    });
  }

  /** As `StateTrie.commit`. Throws `TRIE_FULL` as `apply` does, `TRIE_BUSY`. */
  async commit(): Promise<TrieCommit> {
    return this.#alone(async () => {
      this.#requireRoom();
      const frontier = this.#kernel.gather();
      const byWork = Math.ceil(this.#pending / CHANGES_A_UNIT);
      const sharing = this.#pending >= WORTH_SHARING && this.#threads.numbers.length > 0;
      const byThreads = sharing ? UNITS_A_THREAD * (this.#threads.numbers.length + 1) : 1;
      const units = Math.min(frontier, Math.max(byWork, byThreads));
      this.#incomplete = false;
      if (sharing && units > 1) await this.#share(this.#kernel.COMMIT.value, units);
      else this.#kernel.doAlone(this.#kernel.COMMIT.value, units);
      this.#kernel.commitTop();
      this.#pending = 0;
      return { root: this.#emitter.root() ?? EMPTY_TRIE_ROOT, changedNodes: () => this.#changedNodes() };
    });
  }

  find(key: Uint8Array): Uint8Array | null {
    const leaf = this.#leafOf(key, true);
    if (leaf === 0) return null;
    const at = this.#kernel.valueAt(leaf) >>> 0;
    return this.#bytes.slice(at, at + this.#kernel.valueLength(leaf));
  }

  findAll(keys: Uint8Array, length: number): FoundValues {
    const count = checkKeys(keys, length);
    if (this.#busy) throw this.#isBusy();
    return this.#finder.findAll(keys, length, count);
  }

  prove(key: Uint8Array): Uint8Array[] {
    checkKey(key);
    this.#requireCommitted();
    const kernel = this.#kernel;
    this.#bytes.set(key, kernel.keyBuffer() >>> 0);
    const length = kernel.trail(kernel.keyBuffer(), key.length);
    const at = kernel.path() >>> 0;
    const trail = new Uint32Array(this.#bytes.slice(at, at + 4 * length).buffer);
    const proof: Uint8Array[] = [];
    for (const entry of trail) {
      const leaves = entry % 2 === 1;
      const { extension, node } = this.#emitter.encodings(entry - (entry % 2));
      if (extension !== null && (proof.length === 0 || extension.length >= 32)) proof.push(extension);
      if (!leaves && (proof.length === 0 || node.length >= 32)) proof.push(node);
    }
    return proof;
  }

  /** Root of the last commit, 32 bytes. Throws `NOT_COMMITTED` while changes wait for one, `TRIE_FULL` as `apply` does. */
  root(): Uint8Array {
    this.#requireCommitted();
    return this.#emitter.root() ?? EMPTY_TRIE_ROOT;
  }

  /** How full the trie is. */
  fill(): TrieFill {
    const kernel = this.#kernel;
    const chunk = 65_536;
    return {
      keys: kernel.liveKeys(),
      usedBytes: kernel.usedBytes() >>> 0,
      reservedBytes: (kernel.chunksUsed() - kernel.firstChunk()) * chunk,
      limitBytes: (kernel.chunkLimit() - kernel.firstChunk()) * chunk,
      cacheLevel: kernel.cacheLevel(),
    };
  }

  #requireRoom(): void {
    if (this.#kernel.isFull() === 0) return;
    const { keys, limitBytes } = this.fill();
    throw new CotraceError('TRIE_FULL', `the memory of the trie is full at ${keys} keys; give it more`, {
      keys,
      limitBytes,
    });
  }

  #requireCommitted(): void {
    this.#requireRoom();
    if (this.#pending > 0 || this.#busy) {
      throw new CotraceError('NOT_COMMITTED', 'the trie has changes since its last root');
    }
  }

  #leafOf(key: Uint8Array, cached: boolean): number {
    checkKey(key);
    this.#bytes.set(key, this.#kernel.keyBuffer() >>> 0);
    return this.#kernel.find(key.length, Number(cached));
  }

  async #alone<T>(act: () => Promise<T>): Promise<T> {
    if (this.#busy) throw this.#isBusy();
    this.#busy = true;
    try {
      return await act();
    } finally {
      this.#busy = false;
    }
  }

  /** Does a job together with the other threads, and what a thread that dies leaves undone. */
  async #share(job: number, units: number): Promise<void> {
    const kernel = this.#kernel;
    if (this.#threads.numbers.length === 0) {
      kernel.doAlone(job, units);
      return;
    }
    kernel.give(job, units);
    kernel.takePart(kernel.currentGeneration());
    while (kernel.awaitOthers(PATIENCE_MICROSECONDS) === 0) {
      await this.#threads.breathe();
      for (const number of this.#threads.numbers) {
        if (!this.#threads.isDead(number)) continue;
        this.#incomplete = true;
        kernel.takeOver(number);
      }
    }
  }

  *#changedNodes(): Generator<ChangedNode> {
    const kernel = this.#kernel;
    for (let thread = 0; thread < kernel.maxThreads(); thread++) {
      for (const node of this.#emitter.list(kernel.firstRetired(thread))) yield* this.#emitter.removed(node);
    }
    if (this.#incomplete) {
      for (const node of this.#emitter.all()) yield* this.#emitter.changed(node);
      return;
    }
    for (let thread = 0; thread < kernel.maxThreads(); thread++) {
      for (const node of this.#emitter.list(kernel.firstChanged(thread))) yield* this.#emitter.changed(node);
    }
    for (let i = 0; i < kernel.extrasLength(); i++) yield* this.#emitter.changed(kernel.extra(i));
  }

  #isBusy(): CotraceError {
    return new CotraceError('TRIE_BUSY', 'the trie is being changed');
  }
}
