import type { SealedSource } from '../../business/checking/follow-cycles.js';
import { HeightFeed } from '../../node/feed.js';
import type { TestMaster } from '../test-master.js';
import type { TestNetwork } from '../test-network.js';
import { sealedHeader } from '../../master/checking/sealed-header.js';
import { sealOf } from '../test-sealer.js';

/** The cycles of a master with which all organisations agree: each is sealed as soon as it has ended. */
export class SealedCycles {
  readonly #network: TestNetwork;
  readonly #master: TestMaster;
  readonly #feed: HeightFeed;

  constructor(network: TestNetwork, master: TestMaster) {
    this.#network = network;
    this.#master = master;
    this.#feed = new HeightFeed(this.#ended + 1n);
  }

  /** Number of the next cycle to be sealed. */
  get next(): bigint {
    return this.#feed.height;
  }

  /** Seals what the master's newest block has ended; its store notes that, since it decides what may be pruned. */
  async advance(): Promise<void> {
    const sealed = this.#ended;
    if (sealed < this.next) return;
    const { store } = this.#master;
    await store.amend((batch) => {
      store.checking.putMarks(batch, { ...store.checking.marks(), recorded: sealed, sealed });
    });
    this.#feed.advance(sealed + 1n);
  }

  /** What the master sends to business nodes of a domain. */
  source(domain: string): SealedSource {
    const feed = this.#feed;
    const sealed = (checkNum: bigint) => {
      const { header, parts } = this.#master.store.cycles.need(checkNum);
      const seal = sealOf(this.#network, header, checkNum, this.#network.peers);
      return sealedHeader({ header, seal, parts }, domain);
    };
    return {
      name: this.#master.name,
      async *sealedHeaders(from, signal) {
        for await (const checkNum of feed.numbers(from, signal)) yield sealed(checkNum);
      },
    };
  }

  get #ended(): bigint {
    return this.#master.ledger.chain?.count ?? 0n;
  }
}
