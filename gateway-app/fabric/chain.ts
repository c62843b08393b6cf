import { CotraceError, equalBytes, toHex, VALID } from '@cotrace/core';
import {
  ChannelConfig,
  checkBlock,
  decodeBlock,
  isConfigBlock,
  transactionsFilter,
  verifyBlockSignature,
  type Block,
  type SignatureVerifier,
} from '@cotrace/fabric-model';
import { mainConfig, type MainConfig } from '@cotrace/verifier';

/** The last block that a follower of a channel has accepted, and the configuration then in force. */
export interface Checkpoint {
  readonly number: bigint;
  readonly headerHash: Uint8Array;
  /** The newest configuration block up to `number`, as received. */
  readonly configBlock: Uint8Array;
}

/** A block that was checked, and the configuration in force before it (block 0: its own). */
export interface CheckedBlock {
  readonly block: Block;
  readonly main: MainConfig;
  /** The configuration in force after it: another one where it brought one. */
  readonly after: MainConfig;
  readonly checkpoint: Checkpoint;
}

/**
 * Follows one channel block by block: well-formedness, number, previous hash, data hash and the ordering
 * service's signatures, under a configuration that it tracks itself from the genesis block on.
 */
export class Chain {
  readonly #genesisHeaderHash: Uint8Array;
  readonly #verifier: SignatureVerifier;
  #checkpoint: Checkpoint | null;
  #main: MainConfig | null;

  /** `checkpoint`: of the last block, as `check` returned it; null begins at the genesis block. */
  constructor(genesisHeaderHash: Uint8Array, verifier: SignatureVerifier, checkpoint: Checkpoint | null) {
    this.#genesisHeaderHash = genesisHeaderHash;
    this.#verifier = verifier;
    this.#checkpoint = checkpoint;
    this.#main = checkpoint === null ? null : this.#mainConfig(checkpoint.configBlock);
  }

  get next(): bigint {
    return this.#checkpoint === null ? 0n : this.#checkpoint.number + 1n;
  }

  /** The configuration in force after the last block; null before the first one. */
  get main(): MainConfig | null {
    return this.#main;
  }

  /**
   * Checks the next block. Throws `BLOCK_NUMBER`, `PREVIOUS_HASH`, `DATA_HASH`, `WELL_FORMED`, `BLOCK_SIGNATURE`,
   * `NO_TRANSACTIONS_FILTER` or `GENESIS_BLOCK`, and for bytes that are no block or a configuration that cannot be
   * understood what decoding throws; after an error the chain stays where it was. The caller calls `advance` with
   * the returned checkpoint once it has stored what it made of the block.
   */
  check(bytes: Uint8Array): CheckedBlock {
    const block = decodeBlock(bytes);
    checkBlock(block, this.#checkpoint ?? undefined);
    const at = (configBlock: Uint8Array): Checkpoint => ({
      number: block.number,
      headerHash: block.headerHash,
      configBlock,
    });
    if (this.#checkpoint === null || this.#main === null) {
      this.#checkGenesis(block);
      const main = this.#mainConfig(bytes);
      return { block, main, after: main, checkpoint: at(bytes) };
    }
    verifyBlockSignature(block, this.#main.config, this.#main.manager);
    const main = this.#main;
    if (!configures(block)) {
      return { block, main, after: main, checkpoint: at(this.#checkpoint.configBlock) };
    }
    // A configuration that cannot be read must stop the chain before the block is accepted, not after.
    return { block, main, after: this.#mainConfig(bytes), checkpoint: at(bytes) };
  }

  /** Moves on to `checkpoint`, which `check` returned. */
  advance(checkpoint: Checkpoint): void {
    if (this.#checkpoint?.configBlock !== checkpoint.configBlock)
      this.#main = this.#mainConfig(checkpoint.configBlock);
    this.#checkpoint = checkpoint;
  }

  #mainConfig(configBlock: Uint8Array): MainConfig {
    return mainConfig(ChannelConfig.fromBlock(configBlock), this.#verifier);
  }

  #checkGenesis(block: Block): void {
    if (equalBytes(block.headerHash, this.#genesisHeaderHash)) return;
    throw new CotraceError(
      'GENESIS_BLOCK',
      block.number === 0n
        ? 'the genesis block is not the one of this network'
        : 'the channel must be followed from its genesis block on; a peer that joined from a snapshot cannot serve it',
      { expected: toHex(this.#genesisHeaderHash), received: toHex(block.headerHash), number: block.number },
    );
  }
}

/** Whether a block brings a configuration into force: one whose transaction the peers found invalid does not. */
function configures(block: Block): boolean {
  return isConfigBlock(block) && transactionsFilter(block)[0] === VALID;
}

/** The SIGNATURES part of a block's metadata. */
export function blockSignatures(block: Block): Uint8Array {
  return block.metadata[0] ?? new Uint8Array();
}
