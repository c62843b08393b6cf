import { isCotraceError } from '@cotrace/core';
import type { BlockSource } from '../../fabric/block-source.js';
import type { Chain } from '../../fabric/chain.js';
import { HeightFeed } from '../../node/feed.js';
import type { Log } from '../../node/log.js';
import { Backoff } from '../../node/retry.js';
import { CheckingLedger } from './checking-ledger.js';
import { checkingView, ownFacts, type ViewParts } from './checking-view.js';
import { contradictionText, contradictsAttested, divergenceText, type Divergence } from './divergence.js';
import { followChecking } from './follow-checking.js';
import { takeTurns, type InitiatorParts } from './initiator.js';
import { initiatorOf } from './next-action.js';
import type { OwnFacts } from '@cotrace/chaincode';

/** What a master's part in sealing is made of. */
export interface MasterCheckingParts extends Omit<ViewParts, 'checking' | 'isDiverged'> {
  /** Name of the channel. */
  readonly channel: string;
  readonly blocks: BlockSource;
  /** A chain of the channel that is where the store is. */
  readonly openChain: () => Chain;
  /** Tells when main has grown. */
  readonly main: HeightFeed;
  /** Told what a quorum sealed against what this master attests, and null where there is nothing of the kind. */
  readonly contradicted: (divergence: Divergence | null) => void;
  readonly log: Log;
}

/** What a master needs to have its contract asked and to take turns; null where it is not set up for that. */
export interface TurnParts extends Pick<InitiatorParts, 'checkingCalls' | 'mainCalls' | 'others'> {
  /** Hands its contract what it answers from. */
  readonly post: (facts: OwnFacts) => void;
}

/** A master's part in sealing: it follows the channel `checking`, serves sealed headers, and takes its turn. */
export class MasterChecking {
  readonly ledger: CheckingLedger;
  /** The number after the newest cycle up to which all are sealed. */
  readonly sealed: HeightFeed;
  readonly #parts: MasterCheckingParts;
  readonly #view: ViewParts;
  /** What a quorum sealed otherwise, when it was looked at last. */
  #divergence: Divergence | null = null;
  /** The cycle for which the rank trees were made again. */
  #mendedAt = 0n;

  constructor(parts: MasterCheckingParts) {
    this.#parts = parts;
    this.ledger = new CheckingLedger({ ...parts, t2Ms: parts.patience.t2Ms }, Date.now());
    this.sealed = new HeightFeed(this.ledger.sealed.checkNum + 1n);
    this.#view = { ...parts, checking: this.ledger, isDiverged: () => this.#divergence !== null };
  }

  /** What differs where a quorum sealed another header than this master's own; empty where none did. */
  get diverged(): string {
    return this.#divergence === null ? '' : divergenceText(this.#divergence);
  }

  /**
   * Looks at what a quorum sealed otherwise, by what is stored. To be called before anything is attested, so that a master
   * that stopped attesting does not begin again with a start.
   */
  async look(): Promise<Divergence | null> {
    const divergence = await this.ledger.divergence();
    this.#divergence = divergence;
    this.#parts.contradicted(divergence !== null && contradictsAttested(divergence) ? divergence : null);
    return divergence;
  }

  /** MSP id of who is to initiate the oldest cycle that is due; empty where none is. */
  async initiator(): Promise<string> {
    const { due } = await checkingView(this.#view);
    return due === null ? '' : initiatorOf(due, this.#parts.patience, Date.now());
  }

  /** Runs until `signal` is aborted. Throws `STORE_FAILED`. */
  async run(turns: TurnParts | null, signal: AbortSignal): Promise<void> {
    const { blocks, openChain, log } = this.#parts;
    const changed = async (): Promise<void> => {
      await this.#review();
      this.sealed.advance(this.ledger.sealed.checkNum + 1n);
      if (turns !== null) this.#post(turns);
    };
    await Promise.all([
      followChecking({ blocks, openChain, checking: this.ledger, changed, log }, signal),
      this.#followCycles(changed, signal),
      ...(turns === null ? [] : [takeTurns({ ...this.#view, ...turns, log }, signal)]),
    ]);
  }

  /** Judges what waited for a header as soon as this master has computed it. */
  async #followCycles(changed: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const { ledger, main, c, log } = this.#parts;
    const backoff = new Backoff();
    while (!signal.aborted) {
      try {
        await this.ledger.judge(Date.now());
        await changed();
        backoff.reset();
        await main.above(BigInt(c) * ((ledger.chain?.count ?? 0n) + 1n), signal);
      } catch (error) {
        if (isCotraceError(error, 'STORE_FAILED')) throw error;
        log.often('error', 'cycles', 'could not judge what seals the cycles; retrying', error);
        await backoff.wait(signal);
      }
    }
  }

  /**
   * Looks at what a quorum sealed otherwise. Where that contradicts nothing that this master attests, rank trees and cycles were
   * damaged where they are stored: they are made again, once for a cycle, and judged again.
   */
  async #review(): Promise<void> {
    const divergence = await this.look();
    if (divergence === null) return;
    const { log, ledger } = this.#parts;
    log.often('error', 'diverged', contradictionText(divergence));
    if (contradictsAttested(divergence) || divergence.checkNum === this.#mendedAt) return;
    this.#mendedAt = divergence.checkNum;
    await ledger.remakeCycles();
    await this.ledger.judge(Date.now());
    await this.look();
  }

  #post({ post }: TurnParts): void {
    // Before main's first block there is nothing to say.
    if (this.#parts.ledger.chain === null) return;
    ownFacts(this.#view).then(post, (error: unknown) => {
      this.#parts.log.often(
        'error',
        'facts',
        'the contract of the checking channel was told nothing new',
        error,
      );
    });
  }
}
