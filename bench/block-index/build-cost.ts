import { buildFbTree, buildMbTree } from '@cotrace/core';
import { closeSync, ftruncateSync, openSync, rmSync, writevSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { stopwatch, type Spent } from '../rank/spent.js';
import { BlockSource, plainBlock, type Kind, type RawBlock } from './blocks.js';

/** What building blocks of one size took. */
export interface BuildCost {
  readonly kind: string;
  /** Records of a block, and in all. */
  readonly size: number;
  readonly records: number;
  /** Plain blocks, plain blocks with their FB+ trees, plain blocks with their MB+ trees. */
  readonly plain: Cost;
  readonly withFb: Cost;
  readonly withMb: Cost;
}

/** What it took from what is given to what is written to a file, and bytes there. */
export interface Cost extends Spent {
  readonly bytes: number;
}

/** Records until the engine has compiled what runs often, as in a node that has been up for minutes. */
const WARM_UP = 200_000;
/**
 * Records that are made beforehand, so that making them, and what it leaves to the garbage collector, is not measured.
 * With more in all they are built again: a tree is one block's, whatever blocks there are besides.
 */
const MADE = 50_000;
/** Every order of the three: what one leaves to the garbage collector, the next often pays. */
const TURNS = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
  [0, 2, 1],
  [2, 1, 0],
  [1, 0, 2],
];
/** Fabric begins a new file of blocks after so many bytes; here the old one makes room for it. */
const FILE_BYTES = 64 << 20;

/**
 * Builds every block three times, plain and with either tree, each time from the beginning and to a file of its own.
 * They take turns, so that whatever else the machine and the garbage collector do falls on all alike.
 */
export async function buildCost(
  kind: Kind,
  size: number,
  records: number,
  folder: string,
  signal: AbortSignal,
): Promise<BuildCost> {
  const source = new BlockSource(kind, records);
  const blocks = Array.from({ length: Math.max(1, Math.min(records, MADE) / size) }, () =>
    source.block(size),
  );
  const plain = new Output(join(folder, 'plain'), (raw) => [plainBlock(raw)]);
  const withFb = new Output(join(folder, 'fb'), (raw) => [plainBlock(raw), buildFbTree(raw.entries)]);
  const withMb = new Output(join(folder, 'mb'), (raw) => [plainBlock(raw), buildMbTree(raw.entries)]);
  const outputs = [plain, withFb, withMb];
  try {
    for (let i = 0, done = -WARM_UP; done < records; i++, done += size) {
      signal.throwIfAborted();
      const raw = blocks[i % blocks.length];
      if (raw === undefined) throw new Error('there is no block');
      for (const turn of TURNS[i % TURNS.length] ?? []) outputs[turn]?.add(raw, done >= 0);
      await breathe();
    }
    return { kind: kind.name, size, records, plain: plain.cost, withFb: withFb.cost, withMb: withMb.cost };
  } finally {
    for (const output of outputs) output.remove();
  }
}

class Output {
  readonly #path: string;
  readonly #build: (raw: RawBlock) => Uint8Array[];
  readonly #file: number;
  #inFile = 0;
  #cpu = 0;
  #wall = 0;
  #bytes = 0;

  constructor(path: string, build: (raw: RawBlock) => Uint8Array[]) {
    this.#path = path;
    this.#build = build;
    this.#file = openSync(path, 'w');
  }

  get cost(): Cost {
    return { cpu: this.#cpu, wall: this.#wall, bytes: this.#bytes };
  }

  add(raw: RawBlock, isTimed: boolean): void {
    if (this.#inFile > FILE_BYTES) {
      ftruncateSync(this.#file);
      this.#inFile = 0;
    }
    const start = this.#inFile;
    const stop = stopwatch();
    // Block and tree in one write, as a store has them in one batch.
    this.#inFile += writevSync(this.#file, this.#build(raw), this.#inFile);
    const { cpu, wall } = stop();
    if (!isTimed) return;
    this.#cpu += cpu;
    this.#wall += wall;
    this.#bytes += this.#inFile - start;
  }

  remove(): void {
    closeSync(this.#file);
    rmSync(this.#path);
  }
}
