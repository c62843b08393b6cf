import { nodeVerifier } from '@cotrace/network';
import { mainConfig, type MainConfig } from '@cotrace/verifier';
import { configOfEnvelope } from '../fabric/configuration.js';
import type { MasterStore } from './master-store.js';

/** The configuration that block `blockNum` brought. */
export function configurationAt(store: MasterStore, blockNum: bigint): MainConfig {
  return mainConfig(configOfEnvelope(store.envelope(blockNum, 0)), nodeVerifier);
}

/** How many are remembered: the newest, and one for whoever looks at old blocks. */
const REMEMBERED = 2;

/** The configurations of main under which a master's blocks are attested. */
export class Configurations {
  readonly #store: MasterStore;
  /** By the number of their blocks, the one that was asked for last at the end. */
  readonly #known = new Map<bigint, MainConfig>();

  constructor(store: MasterStore) {
    this.#store = store;
  }

  /** The configuration in force before a block that the store has; of block 0, its own. */
  async before(blockNum: bigint): Promise<MainConfig> {
    return this.#of(blockNum === 0n ? 0n : await this.#store.configuredBefore(blockNum));
  }

  /** The configuration in force after the newest block; null before the first. */
  async newest(): Promise<MainConfig | null> {
    const checkpoint = this.#store.checkpoint();
    return checkpoint === null ? null : this.before(checkpoint.number + 1n);
  }

  #of(blockNum: bigint): MainConfig {
    const known = this.#known.get(blockNum);
    const found = known ?? configurationAt(this.#store, blockNum);
    this.#known.delete(blockNum);
    this.#known.set(blockNum, found);
    for (const first of [...this.#known.keys()].slice(0, -REMEMBERED)) this.#known.delete(first);
    return found;
  }
}
