import { toBinary } from '@bufbuild/protobuf';
import { common } from '@cotrace/fabric-model';
import type { Ledger, SignBlock } from '../ledger/types.js';
import { batchLimits, envelopeSize } from './batch.js';
import { BlockCutter } from './cutter.js';
import type { ChannelProcessor } from './processor.js';

interface PendingEnvelope {
  readonly size: number;
  readonly bytes: Uint8Array;
}

/** An envelope that was taken, and the configuration that it was taken under. */
interface Taken {
  readonly envelope: common.Envelope;
  readonly sequence: bigint;
  /** The update of which the envelope is the configuration; null of a transaction. */
  readonly update: common.Envelope | null;
}

/**
 * Orders the envelopes of one channel: cuts them into batches and has each committed as the next block. A configuration stands alone in its block,
 * and what is taken until it is in force waits, to be looked at again under it: what it refuses is dropped, although its sender
 * was told that it is taken, as in Fabric (`ordered` of orderer/consensus/etcdraft/chain.go).
 */
export class OrdererChain {
  readonly #cutter: BlockCutter<PendingEnvelope>;
  readonly #ledger: Ledger;
  readonly #processor: ChannelProcessor;
  readonly #signBlock: SignBlock;
  readonly #failed: (error: unknown) => void;
  /** What came while a configuration is on its way; null: none is. */
  #waiting: Taken[] | null = null;
  #last: Promise<void> = Promise.resolve();
  #halted = false;

  /** `failed` is told if a block cannot be committed: from then on the chain takes nothing more. */
  constructor(
    ledger: Ledger,
    processor: ChannelProcessor,
    signBlock: SignBlock,
    failed: (error: unknown) => void,
  ) {
    this.#ledger = ledger;
    this.#processor = processor;
    this.#signBlock = signBlock;
    this.#failed = failed;
    this.#cutter = new BlockCutter(
      () => batchLimits(ledger),
      (batch) => this.#commit(batch),
    );
  }

  /** What it takes. */
  get processor(): ChannelProcessor {
    return this.#processor;
  }

  /** Whether the chain takes envelopes. */
  get ready(): boolean {
    return !this.#halted;
  }

  /** Takes a transaction, accepted under the configuration in force, for one of the next blocks. Throws `MESSAGE_TOO_LARGE`. */
  order(envelope: common.Envelope): void {
    this.#take({ envelope, sequence: this.#processor.sequence, update: null });
  }

  /** Takes a configuration made of an update under the one in force. */
  configure(envelope: common.Envelope, update: common.Envelope): void {
    this.#take({ envelope, sequence: this.#processor.sequence, update });
  }

  /** Cuts a block of what it has, rather than wait for more. */
  flush(): void {
    this.#cutter.cut();
  }

  /** Takes no more, commits what it has. */
  async close(): Promise<void> {
    this.#halted = true;
    do {
      this.#cutter.cut();
      await this.#last;
    } while (this.#waiting !== null || this.#cutter.pending > 0);
  }

  #take(taken: Taken): void {
    if (this.#waiting !== null) this.#waiting.push(taken);
    else if (taken.update === null) this.#orderNow(taken);
    else this.#configureNow(taken, taken.update);
  }

  #orderNow({ envelope, sequence }: Taken): void {
    if (sequence < this.#processor.sequence && this.#processor.refuse(envelope) !== null) return;
    this.#cutter.order(pending(envelope));
  }

  #configureNow({ envelope, sequence }: Taken, update: common.Envelope): void {
    let configuration = envelope;
    if (sequence < this.#processor.sequence) {
      const again = this.#processor.configure(update);
      if ('refused' in again) return;
      configuration = again.envelope;
    }
    this.#cutter.cut();
    this.#waiting = [];
    this.#commit([pending(configuration)]);
    this.#last = this.#last.then(() => this.#configured());
  }

  /** The configuration is in force: whatever waited for it has its turn. */
  #configured(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const taken of waiting) this.#take(taken);
  }

  #commit(batch: readonly PendingEnvelope[]): void {
    const envelopes = batch.map(({ bytes }) => bytes);
    this.#last = this.#ledger.commit(envelopes, this.#signBlock).then(
      () => undefined,
      (error: unknown) => {
        this.#halted = true;
        if (this.#waiting !== null) this.#waiting = [];
        this.#failed(error);
      },
    );
  }
}

/** As an orderer does it, so that the block's data is what Fabric's well-formedness check expects. */
function pending(envelope: common.Envelope): PendingEnvelope {
  return { size: envelopeSize(envelope), bytes: toBinary(common.EnvelopeSchema, envelope) };
}
