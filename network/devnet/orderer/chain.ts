import { toBinary } from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import { common, goDuration } from '@cotrace/fabric-model';
import type { Ledger, SignBlock } from '../ledger/types.js';
import { BlockCutter, type BatchLimits } from './cutter.js';

interface PendingEnvelope {
  readonly size: number;
  readonly bytes: Uint8Array;
}

/** Size of an envelope as Fabric counts it. */
export function envelopeSize({ payload, signature }: common.Envelope): number {
  return payload.length + signature.length;
}

/** Batch limits of a channel's configuration. */
export function batchLimits({ config }: Ledger): BatchLimits {
  const { batchSize, batchTimeout } = config.orderer;
  const batchTimeoutMs = goDuration(batchTimeout);
  if (batchTimeoutMs === null) {
    throw new CotraceError('BATCH_TIMEOUT', `the channel's batch timeout is not a duration: ${batchTimeout}`);
  }
  return { ...batchSize, batchTimeoutMs };
}

/** Orders the envelopes of one channel: cuts them into batches and has each committed as the next block. */
export class OrdererChain {
  readonly #cutter: BlockCutter<PendingEnvelope>;
  readonly #ledger: Ledger;
  readonly #signBlock: SignBlock;
  readonly #failed: (error: unknown) => void;
  #last: Promise<void> = Promise.resolve();
  #halted = false;

  /** `failed` is told if a block cannot be committed: from then on the chain takes nothing more. */
  constructor(ledger: Ledger, signBlock: SignBlock, failed: (error: unknown) => void) {
    this.#ledger = ledger;
    this.#signBlock = signBlock;
    this.#failed = failed;
    this.#cutter = new BlockCutter(
      () => batchLimits(ledger),
      (batch) => this.#commit(batch),
    );
  }

  /** Whether the chain takes envelopes. */
  get ready(): boolean {
    return !this.#halted;
  }

  /** Takes an envelope for one of the next blocks. Throws `MESSAGE_TOO_LARGE`. */
  order(envelope: common.Envelope): void {
    // As an orderer does, so that the block's data is what Fabric's well-formedness check expects.
    this.#cutter.order({ size: envelopeSize(envelope), bytes: toBinary(common.EnvelopeSchema, envelope) });
  }

  /** Cuts a block of what it has, rather than wait for more. */
  flush(): void {
    this.#cutter.cut();
  }

  /** Takes no more, commits what it has. */
  async close(): Promise<void> {
    this.#halted = true;
    this.#cutter.cut();
    await this.#last;
  }

  #commit(batch: readonly PendingEnvelope[]): void {
    const envelopes = batch.map(({ bytes }) => bytes);
    this.#last = this.#ledger.commit(envelopes, this.#signBlock).then(
      () => undefined,
      (error: unknown) => {
        this.#halted = true;
        this.#failed(error);
      },
    );
  }
}
