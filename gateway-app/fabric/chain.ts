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

/** Where a follower of a channel stands: the last block it accepted, and the configuration then in force. */
export interface ChainPosition {
  readonly number: bigint;
  readonly headerHash: Uint8Array;
  /** The newest configuration block up to `number`, as received. */
  readonly configBlock: Uint8Array;
}

/** A block that was checked, and the configuration in force before it (block 0: its own). */
export interface CheckedBlock {
  readonly block: Block;
  readonly main: MainConfig;
  readonly position: ChainPosition;
}

/**
 * Follows one channel block by block: well-formedness, number, previous hash, data hash and the ordering
 * service's signatures, under a configuration that it tracks itself from the genesis block on.
 */
export class Chain {
  readonly #genesisHeaderHash: Uint8Array;
  readonly #verifier: SignatureVerifier;
  #position: ChainPosition | null;
  #main: MainConfig | null;

  /** `position`: where to go on, as an earlier `accept` returned it; null begins at the genesis block. */
  constructor(genesisHeaderHash: Uint8Array, verifier: SignatureVerifier, position: ChainPosition | null) {
    this.#genesisHeaderHash = genesisHeaderHash;
    this.#verifier = verifier;
    this.#position = position;
    this.#main = position === null ? null : this.#mainConfig(position.configBlock);
  }

  get next(): bigint {
    return this.#position === null ? 0n : this.#position.number + 1n;
  }

  /** The configuration in force after the last block; null before the first one. */
  get main(): MainConfig | null {
    return this.#main;
  }

  /**
   * Checks the next block. Throws `BLOCK_NUMBER`, `PREVIOUS_HASH`, `DATA_HASH`, `WELL_FORMED`, `BLOCK_SIGNATURE`,
   * `NO_TRANSACTIONS_FILTER` or `GENESIS_BLOCK`, and for bytes that are no block or a configuration that cannot be
   * understood what decoding throws; after an error the chain stands where it stood. The caller calls `advance` with
   * the returned position once it has stored what it made of the block.
   */
  check(bytes: Uint8Array): CheckedBlock {
    const block = decodeBlock(bytes);
    checkBlock(block, this.#position ?? undefined);
    const at = (configBlock: Uint8Array): ChainPosition => ({
      number: block.number,
      headerHash: block.headerHash,
      configBlock,
    });
    if (this.#position === null || this.#main === null) {
      this.#checkGenesis(block);
      return { block, main: this.#mainConfig(bytes), position: at(bytes) };
    }
    verifyBlockSignature(block, this.#main.config, this.#main.manager);
    if (!configures(block)) return { block, main: this.#main, position: at(this.#position.configBlock) };
    // A configuration that cannot be read must stop the chain before the block is accepted, not after.
    this.#mainConfig(bytes);
    return { block, main: this.#main, position: at(bytes) };
  }

  /** Moves on to `position`, which `check` returned. */
  advance(position: ChainPosition): void {
    if (this.#position?.configBlock !== position.configBlock)
      this.#main = this.#mainConfig(position.configBlock);
    this.#position = position;
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
