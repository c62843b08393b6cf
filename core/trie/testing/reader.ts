import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { TrieArena } from '../concurrent/arena.js';

/** Its number among the threads of the arena: no pool of a test has so many. */
const NUMBER = 31;
const [GO, LOOKUPS] = [0, 1];

/**
 * What the thread does, as text: looks up one key after the other and judges each value, which must be one that
 * `versioned` makes of the key, never older than one it saw, and never missing where the key is not `removable`.
 */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const { module, memory, keys, removable, shared } = workerData;
const kernel = new WebAssembly.Instance(module, { env: { memory, abort() {} } }).exports;
kernel.attach(${NUMBER});
const bytes = new Uint8Array(memory.buffer);
const seen = new Int32Array(keys.length);
const faults = [];
let looked = 0;
function judge(i) {
  const key = keys[i];
  bytes.set(key, kernel.keyBuffer() >>> 0);
  const leaf = kernel.find(key.length, 1);
  if (leaf === 0) return removable[i] ? null : 'missing';
  const at = kernel.valueAt(leaf) >>> 0;
  const value = bytes.slice(at, at + kernel.valueLength(leaf));
  if (Buffer.compare(value.subarray(0, key.length), key) !== 0) return 'of another key';
  const version = new DataView(value.buffer).getInt32(key.length);
  if (value.length !== key.length + 4 + (version % 60)) return 'of another size';
  if (value.subarray(key.length + 4).some((byte) => byte !== (version & 255))) return 'torn';
  if (version < seen[i]) return 'older than one before: ' + version + ' after ' + seen[i];
  seen[i] = version;
  return null;
}
for (let i = 0; Atomics.load(shared, ${GO}) === 1; i = (i + 7919) % keys.length) {
  const fault = judge(i);
  if (fault !== null && faults.length < 10) faults.push(i + ' ' + fault);
  looked++;
  Atomics.store(shared, ${LOOKUPS}, looked);
}
parentPort.postMessage(faults);`;

/** The value of a key in its version `version`, from 0 to 2^31 - 1: a reader can tell whether it is whole. */
export function versioned(key: Uint8Array, version: number): Uint8Array {
  const value = new Uint8Array(key.length + 4 + (version % 60)).fill(version & 255);
  value.set(key);
  new DataView(value.buffer).setInt32(key.length, version);
  return value;
}

/** A thread of no pool that looks keys up while others change the trie; it must have ended before a commit begins. */
export class Reader {
  readonly #worker: Worker;
  readonly #shared = new Int32Array(new SharedArrayBuffer(8)).fill(1, GO, GO + 1);
  readonly #faults: Promise<unknown[]>;

  constructor(arena: TrieArena, keys: readonly Uint8Array[], removable: readonly boolean[]) {
    this.#worker = new Worker(PROGRAM, {
      eval: true,
      workerData: { ...arena, keys, removable, shared: this.#shared },
    });
    this.#faults = once(this.#worker, 'message');
  }

  /** Waits until it looks keys up. */
  async started(): Promise<void> {
    while (this.lookups() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** How many it has made. */
  lookups(): number {
    return Atomics.load(this.#shared, LOOKUPS);
  }

  /** Ends it; answers what was wrong, at most ten of it. */
  async stop(): Promise<unknown> {
    Atomics.store(this.#shared, GO, 0);
    const [faults] = await this.#faults;
    await this.#worker.terminate();
    return faults;
  }
}
