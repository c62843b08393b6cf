import { randomBytes } from 'node:crypto';
import {
  BLOCK_METADATA,
  blockOf,
  blockSignatureMessage,
  dataHash,
  decodeBlock,
  encodeSignatureHeader,
  headerBytes,
  isConfigBlock,
  ordererMetadataValue,
  signaturesMetadata,
  type Block,
} from '@cotrace/fabric-model';
import type { SigningIdentity } from '@cotrace/network';
import type { TestNetwork } from './test-network.js';

const NONCE_LENGTH = 24;

/** The ordering service of a test, and the peer that validated: a chain of blocks with real signatures. */
export class TestChain {
  readonly #orderer: SigningIdentity;
  readonly #blocks: Block[];
  readonly #changed = new Set<() => void>();
  #lastConfig = 0n;

  /** A chain of `main`; of another channel where `genesis` is that one's. */
  constructor({ orderer, genesis }: Pick<TestNetwork, 'orderer' | 'genesis'>) {
    this.#orderer = orderer;
    this.#blocks = [decodeBlock(genesis)];
  }

  get height(): bigint {
    return BigInt(this.#blocks.length);
  }

  /** Block `blockNum`. */
  block(blockNum: bigint): Block {
    const block = this.#blocks[Number(blockNum)];
    if (block === undefined) throw new RangeError(`there is no block ${blockNum}`);
    return block;
  }

  /** The next block, with the validation code of each transaction (0 where none is given). */
  add(envelopes: readonly Uint8Array[], codes: readonly number[] = []): Block {
    return this.adopt(this.make(envelopes, codes));
  }

  /** Adds a block that another chain, with the same blocks before, has made. */
  adopt(block: Block): Block {
    if (isConfigBlock(block)) this.#lastConfig = block.number;
    this.#blocks.push(block);
    for (const wake of [...this.#changed]) wake();
    return block;
  }

  /** The next block as `add` makes it, without adding it: two of them are a fork. */
  make(
    envelopes: readonly Uint8Array[],
    codes: readonly number[] = [],
    orderer: SigningIdentity = this.#orderer,
  ): Block {
    const blockNum = this.height;
    const previousHash = this.block(blockNum - 1n).headerHash;
    const hash = dataHash(envelopes);
    const value = ordererMetadataValue(this.#lastConfig);
    const signatureHeader = encodeSignatureHeader(
      orderer.serialized,
      new Uint8Array(randomBytes(NONCE_LENGTH)),
    );
    const header = headerBytes(blockNum, previousHash, hash);
    const signature = orderer.sign(blockSignatureMessage(value, signatureHeader, header));
    const metadata = Object.keys(BLOCK_METADATA).map(() => new Uint8Array());
    metadata[BLOCK_METADATA.signatures] = new Uint8Array(
      signaturesMetadata(value, [{ signatureHeader, signature }]),
    );
    metadata[BLOCK_METADATA.transactionsFilter] = Uint8Array.from(envelopes, (_, i) => codes[i] ?? 0);
    return blockOf({ number: blockNum, previousHash, dataHash: hash, envelopes, metadata });
  }

  /** The blocks from `from` on, without end: what a peer's Deliver service is to a master. */
  readonly deliver = async function* (
    this: TestChain,
    from: bigint,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    for (let blockNum = from; ; blockNum += 1n) {
      while (blockNum >= this.height && !signal.aborted) await this.#next(signal);
      if (signal.aborted) return;
      yield this.block(blockNum).bytes;
    }
  }.bind(this);

  async #next(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#changed.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#changed.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
