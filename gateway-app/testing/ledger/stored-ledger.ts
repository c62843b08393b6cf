import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Block } from '@cotrace/fabric-model';
import { generatedBlocks } from './generated-blocks.js';
import type { Workload } from './ledger-call.js';
import { readLedgerFile, writeLedgerFile } from './ledger-file.js';
import { LedgerNetwork } from './ledger-network.js';
import { plainWorkload, type PlainSetting } from './plain-workload.js';
import { traceWorkload, type TraceSetting } from './trace-workload.js';

/** What a ledger is made of; everything in it is in JSON too. */
export interface LedgerPlan {
  readonly organisations: number;
  /** Checking height c. */
  readonly checkingHeight: number;
  /** Decides ids, signatures and hashes, 0…2^32−1. */
  readonly seed: number;
  readonly plain?: PlainSetting;
  readonly traces?: TraceSetting;
}

/** How large a ledger is, the genesis block and definitions included. */
export interface LedgerSize {
  readonly blocks: number;
  readonly transactions: number;
  /** Of the file. */
  readonly bytes: number;
}

/** Written at the end: without it a ledger is not whole. */
const NOTE = 'ledger.json';
const BLOCKS = 'blocks';

/** A ledger in a folder, with the certificates and keys of its network: signed once, and read as often as wanted. */
export class StoredLedger {
  readonly plan: LedgerPlan;
  readonly size: LedgerSize;
  readonly network: LedgerNetwork;
  readonly #folder: string;

  private constructor(folder: string, plan: LedgerPlan, network: LedgerNetwork, size: LedgerSize) {
    this.#folder = folder;
    this.plan = plan;
    this.network = network;
    this.size = size;
  }

  /**
   * Makes the ledger of `plan` in a folder, or opens it where it is there. Throws where the folder holds one of another plan.
   */
  static async open(folder: string, plan: LedgerPlan): Promise<StoredLedger> {
    const network = await networkOf(folder, plan);
    const noted = await readNote(folder);
    if (noted !== null) {
      if (!isDeepStrictEqual(noted.plan, plan)) throw new Error(`${folder} holds a ledger of another plan`);
      return new StoredLedger(folder, plan, network, noted.size);
    }
    let transactions = 0;
    const making = { seed: plan.seed, scratch: join(folder, 'scratch') };
    const counted = async function* () {
      for await (const block of generatedBlocks(network, workloadOf(network, plan), making)) {
        transactions += block.envelopes.length;
        yield block;
      }
    };
    const written = await writeLedgerFile(join(folder, BLOCKS), counted());
    const size = { ...written, transactions };
    await writeFile(join(folder, NOTE), JSON.stringify({ plan, size }));
    return new StoredLedger(folder, plan, network, size);
  }

  /** Its blocks, from the genesis block on. */
  blocks(): AsyncGenerator<Block> {
    return readLedgerFile(join(this.#folder, BLOCKS));
  }

  get domains(): readonly string[] {
    return domainsOf(this.plan);
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function networkOf(folder: string, plan: LedgerPlan): Promise<LedgerNetwork> {
  const { organisations, checkingHeight } = plan;
  await mkdir(folder, { recursive: true });
  return LedgerNetwork.create({ dir: folder, organisations, checkingHeight, domains: domainsOf(plan) });
}

function domainsOf({ plain, traces }: LedgerPlan): readonly string[] {
  return (plain ?? traces)?.domains ?? [];
}

function workloadOf(network: LedgerNetwork, { plain, traces }: LedgerPlan): Workload {
  if (plain !== undefined) return plainWorkload(network, plain);
  if (traces !== undefined) return traceWorkload(network, traces);
  throw new Error('a plan says what the ledger holds');
}

async function readNote(folder: string): Promise<{ plan: LedgerPlan; size: LedgerSize } | null> {
  try {
    return JSON.parse(await readFile(join(folder, NOTE), 'utf8')) as { plan: LedgerPlan; size: LedgerSize };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
