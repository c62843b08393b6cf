import { CotraceError } from '../../errors.js';
import { fromBase64url } from '../../formats/base64url.js';
import { KERNEL } from '../gen/kernel.js';
import type { TrieKernel } from './kernel.js';

/** A page of WebAssembly's memory, and a chunk of the arena. */
const PAGE = 65_536;
/** Addresses have 32 bits. */
const MAX_PAGES = 65_536;
/** What is below the nodes: control words, cache arrays, threads' areas and the inbox. */
const FIXED_PAGES = 0x2c0;

/** The part of WebAssembly that is used; browsers and Node have it alike. */
interface Platform {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Memory: new (pages: { initial: number; maximum: number; shared: true }) => SharedMemory;
    readonly Instance: new (
      module: object,
      imports: { env: { memory: SharedMemory; abort: () => void } },
    ) => { readonly exports: unknown };
  };
}

/** A `WebAssembly.Memory` that threads share. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

/** A trie's memory and its module: everything that a thread needs to take part. */
export interface TrieArena {
  readonly module: object;
  readonly memory: SharedMemory;
}

const { WebAssembly } = globalThis as unknown as Platform;

/** Modules by their text: compiling one takes milliseconds. */
const compiled = new Map<string, object>();

/**
 * An empty arena of at most `bytes` bytes (44 MiB to 4 GiB, rounded up to 64 KiB). The system gives it memory only as
 * far as it is used. `kernel` is the module in base64url. Throws `BAD_ARENA_SIZE`.
 */
export function createArena(bytes: number, kernel: string = KERNEL): TrieArena {
  const pages = Math.ceil(bytes / PAGE);
  if (!(pages > FIXED_PAGES && pages <= MAX_PAGES)) {
    throw new CotraceError('BAD_ARENA_SIZE', 'the memory of a trie has from 44 MiB up to 4 GiB', { bytes });
  }
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const module = compiled.get(kernel) ?? new WebAssembly.Module(fromBase64url(kernel, kernel.length));
  compiled.set(kernel, module);
  const arena = { module, memory };
  openArena(arena, 0).initialise(pages);
  return arena;
}

/** The kernels of one thread: number 0 is the one that applies and commits. */
export function openArena({ module, memory }: TrieArena, thread: number): TrieKernel {
  const env = { memory, abort: () => undefined };
  const kernel = new WebAssembly.Instance(module, { env }).exports as TrieKernel;
  kernel.attach(thread);
  return kernel;
}
