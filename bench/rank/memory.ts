import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { progress } from '../output.js';
import { PAPER } from './workload.js';

const PROCESS = fileURLToPath(new URL('memory-process.js', import.meta.url));

/** What a process takes that keeps the tree of one domain: as many creations, and then a cycle of updates. */
export interface MemoryCost {
  readonly entries: number;
  /** Entries that a block makes or changes. */
  readonly perBlock: number;
  /** The most memory that it had after a commit, resident, in bytes; without the store’s files that are mapped, on Linux. */
  readonly memory: number;
  /** From opening the store again to the digest, in milliseconds. */
  readonly restart: number;
}

/** Blocks of the paper, and large ones: records with many identifiers each. */
const PER_BLOCK = [PAPER.perBlock / PAPER.domains, 5000];

/** Measures it for ever more entries, in `folder`. */
export async function memory(
  amounts: readonly number[],
  folder: string,
  signal: AbortSignal,
): Promise<MemoryCost[]> {
  const costs: MemoryCost[] = [];
  for (const perBlock of PER_BLOCK) {
    for (const entries of amounts) {
      progress(`memory with ${entries.toLocaleString('en')} entries, ${perBlock} a block …`);
      await mkdir(folder);
      const args = [PROCESS, folder, String(entries), String(perBlock)];
      const { stdout } = await promisify(execFile)(process.execPath, args, { signal });
      costs.push(JSON.parse(stdout) as MemoryCost);
      await rm(folder, { recursive: true });
    }
  }
  return costs;
}
