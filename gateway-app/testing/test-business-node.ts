import { nodeVerifier } from '@cotrace/network';
import type { TrustedCheckpoint } from '@cotrace/verifier';
import { AgreedMembers, type HeaderSource } from '../business/agreed-members.js';
import { AttestationPool } from '../business/attestation-pool.js';
import { BlockRing } from '../business/block-ring.js';
import { BusinessHealth } from '../business/business-health.js';
import { CycleBook } from '../business/checking/cycle-book.js';
import { CycleFollower, type SealedSource } from '../business/checking/follow-cycles.js';
import type { RankSource } from '../business/checking/rank-peers.js';
import { Docking, type BlockOrigin, type Patience } from '../business/docking.js';
import type { DomainRank } from '../business/domain-rank.js';
import { DomainStore } from '../business/domain-store.js';
import { followAttestations, type AttestationSource } from '../business/follow-attestations.js';
import { DomainFollower } from '../business/follower.js';
import { HeldRanks } from '../business/held-ranks.js';
import { Jury } from '../business/jury.js';
import { RefusalLog } from '../business/refusal-log.js';
import { majorityOf } from '../consortium/consortium.js';
import { HeightFeed } from '../node/feed.js';
import { stoppingController } from '../node/stopping.js';
import { SilentLog } from './silent-log.js';
import type { TestNetwork } from './test-network.js';

/** Milliseconds that suit a test. */
export const HASTE: Patience = { watch: 10, withheld: 100, stay: 300, suspension: 400 };

/** A business node without its process and service: origins and sources are objects of the test. */
export class TestBusinessNode {
  readonly store: DomainStore;
  readonly held: HeldRanks;
  readonly follower: DomainFollower;
  readonly refusals: RefusalLog;
  readonly feed: HeightFeed;
  readonly pool: AttestationPool;
  readonly health: BusinessHealth;
  readonly ring = new BlockRing();
  readonly book: CycleBook;
  readonly #stopping = stoppingController();
  readonly #running: Promise<unknown>;

  private constructor(
    { store, held, feed, pool, health, book, refusals }: TestBusinessParts,
    follower: (node: Pick<TestBusinessNode, 'ring'>) => DomainFollower,
    { sources, sealed, ranks, withheldHeader = 10_000 }: TestBusinessOptions,
  ) {
    this.store = store;
    this.held = held;
    this.feed = feed;
    this.pool = pool;
    this.health = health;
    this.book = book;
    this.refusals = refusals;
    this.follower = follower(this);
    const { signal } = this.#stopping;
    const log = new SilentLog();
    const sink = { pool, health, refusals, log };
    const cycles = new CycleFollower({
      ...{ book, sources: sealed ?? [], ranks: ranks ?? [], feed, refusals, log },
      patience: { withheld: withheldHeader, watch: 10 },
    });
    this.#running = Promise.all([
      this.follower.run(signal),
      cycles.run(signal),
      ...sources.map((source) => followAttestations(source, sink, signal)),
    ]);
  }

  /** Starts a node of `domain` with its store in a folder of the network's. */
  static async start(network: TestNetwork, options: TestBusinessOptions): Promise<TestBusinessNode> {
    const { folder, domain = 'goods', origins, patience = HASTE } = options;
    const { consortium } = network;
    const store = await DomainStore.open(network.folder(folder), network.owner(`org1.${domain}`));
    const [excluded, evidence] = [await store.excluded(), await store.evidence()];
    const log = new SilentLog();
    const held = await HeldRanks.open(store, domain, consortium.checkingHeight, log);
    const checkpoint = store.checkpoint();
    const height = checkpoint === null ? 0n : checkpoint.number + 1n;
    const feed = new HeightFeed(height);
    const pool = new AttestationPool(height);
    const health = new BusinessHealth({ pool, feed, log }, majorityOf(consortium));
    const refusals = new RefusalLog();
    const terms = { consortium, verifier: nodeVerifier };
    const book = await CycleBook.open({ domain, store, ranks: held, health, terms, log });
    return new TestBusinessNode(
      { store, held, feed, pool, health, book, refusals },
      ({ ring }) =>
        new DomainFollower(
          {
            domain,
            store,
            ranks: held,
            pool,
            ring,
            feed,
            docking: new Docking(origins, patience),
            verifier: nodeVerifier,
            genesisHeaderHash: consortium.channels.main.genesisHeaderHash,
            checkingHeight: consortium.checkingHeight,
            jury: new Jury(network.terms, store, refusals, excluded, log),
            agreed: new AgreedMembers({
              checkpoint: options.agreed ?? null,
              checkingHeight: consortium.checkingHeight,
              sources: options.headers ?? [],
              verifier: nodeVerifier,
              log,
            }),
            health,
            refusals,
            log,
          },
          evidence,
        ),
      options,
    );
  }

  /** The rank tree of its domain. */
  get rank(): DomainRank {
    return this.held.domain;
  }

  get height(): bigint {
    return this.feed.height;
  }

  /** Codes of everything that it refused, in order. */
  get refused(): string[] {
    return this.refusals.all().map(({ code }) => code);
  }

  /** Value of a key in its domain as text; null where there is none. */
  value(key: string, domain = 'goods'): string | null {
    const entry = this.store.entry(domain, key);
    return entry === null || entry.deleted ? null : new TextDecoder().decode(entry.value);
  }

  /** Waits until `condition` holds; fails after twenty seconds. */
  async until(condition: () => boolean): Promise<void> {
    await until(
      condition,
      () => `height ${this.height}, ${this.follower.state}, refused ${this.refused.join()}`,
    );
  }

  /** Stops the node; once is enough. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    await this.#running;
    await this.store.close();
  }
}

type TestBusinessParts = Pick<
  TestBusinessNode,
  'store' | 'held' | 'feed' | 'pool' | 'health' | 'book' | 'refusals'
>;

export interface TestBusinessOptions {
  readonly folder: string;
  readonly domain?: string;
  readonly origins: readonly BlockOrigin[];
  readonly sources: readonly AttestationSource[];
  readonly patience?: Patience;
  /** Masters that send sealed headers; by default none does. */
  readonly sealed?: readonly SealedSource[];
  /** The cycle that the consortium has agreed on, and masters that are asked for its header; by default none. */
  readonly agreed?: TrustedCheckpoint;
  readonly headers?: readonly HeaderSource[];
  /** Nodes that are asked what differs; by default nobody. */
  readonly ranks?: readonly RankSource[];
  /** How long one of them may take for the header of a cycle that is over, in milliseconds. */
  readonly withheldHeader?: number;
}

/** Waits until `condition` holds; fails after twenty seconds, saying how things stand. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  status: () => string,
): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it did not come to it: ${status()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
