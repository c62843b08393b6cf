import { Lag } from '../node/lag.js';
import type { HeightFeed } from '../node/feed.js';
import type { Log } from '../node/log.js';
import { FOLLOWING, NODE_STATES, type NodeState, type Standing } from '../node/node-state.js';
import type { AttestationPool } from './attestation-pool.js';
import { STALLED_MS } from './limits.js';

/** What a business node's health is worked out from. */
export interface HealthParts {
  readonly pool: Pick<AttestationPool, 'reached'>;
  readonly feed: Pick<HeightFeed, 'height'>;
  readonly log: Log;
  readonly now?: () => number;
}

/** How a business node stands against its masters. */
export class BusinessHealth {
  readonly #parts: HealthParts;
  readonly #now: () => number;
  readonly #lag: Lag;
  /** What stopped the node for good. */
  #stopped: Standing | null = null;
  /** Why the node's state is not what a quorum sealed. */
  #disagreement: string | null = null;
  /** Masters that attest under rules that this version does not know, each with what was said of it. */
  readonly #newer = new Map<string, string>();
  #told: NodeState = 'starting';
  #quorum: number;

  /** `quorum`: how many masters make a quorum, as far as is known before a configuration is. */
  constructor(parts: HealthParts, quorum: number) {
    this.#parts = parts;
    this.#quorum = quorum;
    this.#now = parts.now ?? Date.now;
    this.#lag = new Lag(parts.feed.height, this.#now());
  }

  /** Seconds since a quorum of masters had the first block that is not verified here. */
  get behindSeconds(): number {
    return Math.floor(this.#lag.behind(this.#now()) / 1000);
  }

  /** How many masters make a quorum. */
  get quorum(): number {
    return this.#quorum;
  }

  /** A configuration came into force that wants as many masters. */
  configured(quorum: number): void {
    this.#quorum = quorum;
  }

  /** What stopped the node, or null. */
  get stopped(): Standing | null {
    return this.#stopped;
  }

  /** How the node stands now; `isAgreed`: whether a quorum states the same of the next block. */
  standing(isAgreed: boolean): Standing {
    if (this.#stopped !== null) return this.#stopped;
    const [newer] = this.#newer.values();
    if (newer !== undefined && this.#newer.size >= this.#quorum) return { state: 'outdated', reason: newer };
    if (this.#disagreement !== null) return { state: 'inconsistent', reason: this.#disagreement };
    const { pool, feed } = this.#parts;
    const quorum = this.#quorum;
    if (this.#lag.stalled(this.#now()) >= STALLED_MS) {
      const reached = `${pool.reached(quorum)} blocks are attested by ${quorum} masters, ${feed.height} are verified here`;
      return isAgreed
        ? { state: 'stalled', reason: `${reached}, but no origin sends the next one` }
        : { state: 'no quorum', reason: `${reached}, but the masters do not agree on the next one` };
    }
    if (feed.height > 0n) return FOLLOWING;
    return { state: 'starting', reason: 'block 0 is not verified yet' };
  }

  /** Master `source` attested something. */
  heard(source: string): void {
    this.#newer.delete(source);
    this.#lag.aim(this.#parts.pool.reached(this.#quorum), this.#now());
  }

  /** Master `source` attests under rules that this version does not know. */
  isNewer(source: string, reason: string): void {
    this.#newer.set(source, reason);
    this.#tell(this.standing(false));
  }

  /** A block was verified and applied. */
  advanced(): void {
    this.#lag.reach(this.#parts.feed.height, this.#now());
    this.#tell(this.standing(true));
  }

  /** What a quorum sealed is not what the node has, in words; null: it is, as far as is known. */
  disagrees(reason: string | null): void {
    this.#disagreement = reason;
    this.#tell(this.standing(true));
  }

  /** The node does not go on: only a person can help. */
  stop(standing: Standing): void {
    this.#stopped = standing;
    this.#tell(standing);
  }

  /** Writes a line where the state is another than before. */
  look(isAgreed: boolean): void {
    this.#tell(this.standing(isAgreed));
  }

  #tell({ state, reason }: Standing): void {
    if (state === this.#told) return;
    this.#told = state;
    const { level } = NODE_STATES[state];
    if (level === 'info') this.#parts.log.info(state);
    else this.#parts.log.often(level, `state ${state}`, `${state}: ${reason}`);
  }
}
