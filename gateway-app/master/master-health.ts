import { equalBytes, isCotraceError, type CotraceError, type ErrorCode } from '@cotrace/core';
import type { LedgerEnd } from '../fabric/ledger-queries.js';
import { Lag } from '../node/lag.js';
import type { Log } from '../node/log.js';
import { FOLLOWING, NODE_STATES, type NodeState, type Standing } from '../node/node-state.js';
import { MASTER_PATIENCE } from './limits.js';

/** How long something may be so before it is a state, in milliseconds. */
export interface MasterPatience {
  /** Between two questions to the peer and to the other masters. */
  readonly watch: number;
  /** Without an answer of the peer. */
  readonly silence: number;
  /** The peer's ledger being lower than what the master has of it. */
  readonly rolledBack: number;
  /** Behind the peer's ledger without a new block. */
  readonly stalled: number;
  /** Between two tries where trying again does not help by itself. */
  readonly permanent: number;
}

/** What the master has of its chain. */
export interface OwnChain {
  /** Number of its blocks. */
  readonly height: bigint;
  /** Header hash of block `blockNum`, which it has. */
  headerHash(blockNum: bigint): Uint8Array;
}

/** Faults that trying again does not end, by the code of the error that a block gave. */
const PERMANENT: Readonly<Record<string, NodeState>> = {
  PREVIOUS_HASH: 'forked',
  GENESIS_BLOCK: 'wrong network',
  RULES: 'outdated',
  UNREADABLE_VALID_TRANSACTION: 'unreadable',
} satisfies Partial<Record<ErrorCode, NodeState>>;

/** What a master knows of how it stands: with its peer, with its chain, and with those who read its attestations. */
export class MasterHealth {
  readonly #chain: OwnChain;
  readonly #log: Log;
  readonly #patience: MasterPatience;
  readonly #now: () => number;
  readonly #lag: Lag;
  readonly #startedAt: number;
  #answeredAt: number | null = null;
  #advancedAt: number | null = null;
  #ledgerHeight: bigint | null = null;
  /** What the last block gave that could not be taken. */
  #fault: Standing | null = null;
  /** What comparing the peer's ledger with the own chain gave. */
  #divergence: Standing | null = null;
  #lowerSince: number | null = null;
  #refusal: string | null = null;
  /** What a quorum sealed against what was attested here. */
  #contradiction: Standing | null = null;
  #told: NodeState = 'starting';

  constructor(chain: OwnChain, log: Log, patience = MASTER_PATIENCE, now: () => number = Date.now) {
    this.#chain = chain;
    this.#log = log;
    this.#patience = patience;
    this.#now = now;
    this.#startedAt = now();
    this.#lag = new Lag(chain.height, this.#startedAt);
  }

  /** Blocks of the peer's ledger as far as is known. */
  get ledgerHeight(): bigint {
    const { height } = this.#chain;
    const known = this.#ledgerHeight ?? height;
    // What the peer said last may be older than what it has delivered since; unless it lost blocks.
    return this.#lowerSince !== null || known > height ? known : height;
  }

  /** Seconds for which the master has been behind its peer's ledger. */
  get behindSeconds(): number {
    return Math.floor(this.#lag.behind(this.#now()) / 1000);
  }

  /** How the master stands now. */
  standing(): Standing {
    const now = this.#now();
    const { silence, rolledBack, stalled } = this.#patience;
    if (this.#contradiction !== null) return this.#contradiction;
    if (this.#divergence !== null) return this.#divergence;
    if (this.#fault !== null) return this.#fault;
    if (this.#lowerSince !== null && now - this.#lowerSince >= rolledBack) {
      const reason =
        `the peer’s ledger has ${this.#ledgerHeight ?? 0n} blocks and this master has ${this.#chain.height} of the ` +
        'same chain: the ledger is an older copy; restore the newest, or let the peer catch up';
      return { state: 'rolled back', reason };
    }
    if (now - (this.#answeredAt ?? this.#startedAt) >= silence) {
      return { state: 'peer away', reason: `the peer has not answered for ${silence / 1000} s or more` };
    }
    if (this.#answeredAt === null) return { state: 'starting', reason: 'the peer has not answered yet' };
    if (this.#refusal !== null) return { state: 'refused', reason: this.#refusal };
    if (this.#lag.stalled(now) >= stalled) {
      const reason = `the peer has ${this.ledgerHeight} blocks but delivers none after ${this.#chain.height}`;
      return { state: 'stalled', reason };
    }
    return FOLLOWING;
  }

  /** When the newest block was taken in, in milliseconds; null where none has been since the start. */
  get advancedAt(): number | null {
    return this.#advancedAt;
  }

  /** A block was taken in. */
  advanced(): void {
    this.#advancedAt = this.#now();
    this.#fault = null;
    this.#divergence = null;
    this.#lag.reach(this.#chain.height, this.#now());
    this.#tell();
  }

  /** Block `blockNum` could not be taken in; returns whether trying again at once may help. */
  failed(blockNum: bigint, error: unknown): boolean {
    const code = isCotraceError(error) ? error.code : '';
    // It is the own standing, and says nothing of the block.
    if (code === 'DIVERGED') return false;
    const state = PERMANENT[code];
    if (state !== undefined) this.#fault = { state, reason: reasonOf(blockNum, error as CotraceError) };
    else if (isCotraceError(error) && code !== 'SILENT') {
      this.#fault = { state: 'bad block', reason: reasonOf(blockNum, error) };
    }
    this.#log.often('warn', `block ${code}`, `could not get block ${blockNum} of main; retrying`, error);
    this.#tell();
    return state === undefined;
  }

  /** The peer is of another network than the master's chain, which a block had shown not to go on with. */
  isForeign(): void {
    this.#fault = {
      state: 'wrong network',
      reason: 'the peer’s channel begins with another genesis block than the consortium file names',
    };
    this.#tell();
  }

  /** The peer's ledger ended at `end` when the master had `height` blocks or more. */
  peerAnswered(end: LedgerEnd, height: bigint): void {
    const now = this.#now();
    this.#answeredAt = now;
    this.#ledgerHeight = end.height;
    this.#lag.reach(this.#chain.height, now);
    this.#lag.aim(end.height, now);
    if (end.height > 0n && end.height <= this.#chain.height) this.#compare(end);
    this.#lowerSince = end.height < height ? (this.#lowerSince ?? now) : null;
    this.#tell();
  }

  /** The peer did not answer. */
  peerFailed(error: unknown): void {
    this.#log.often('warn', 'peer', 'could not get the height of the peer’s ledger; retrying', error);
    this.#tell();
  }

  /** That a quorum sealed something against what was attested here, as a sentence; null where it did not. */
  diverged(what: string | null): void {
    const advice = 'it attests nothing more: keep its store, and have it made again from the ledger';
    this.#contradiction = what === null ? null : { state: 'diverged', reason: `${what}; ${advice}` };
    this.#tell();
  }

  /** What others make of the own attestations: null where nothing is wrong. */
  attested(refusal: string | null): void {
    this.#refusal = refusal;
    this.#tell();
  }

  #compare({ height, headerHash }: LedgerEnd): void {
    const blockNum = height - 1n;
    if (!equalBytes(this.#chain.headerHash(blockNum), headerHash)) {
      const reason =
        `block ${blockNum} of the peer’s ledger is not the one that this master attested: the ledger continued ` +
        'from an older copy; restore the newest ledger, and capture again what was recorded since';
      this.#divergence = { state: blockNum === 0n ? 'wrong network' : 'forked', reason };
      return;
    }
    this.#divergence = null;
    // The peer stands on the own chain again, as after its ledger was restored.
    if (this.#fault?.state === 'forked' || this.#fault?.state === 'wrong network') this.#fault = null;
  }

  /** Writes a line where the state is another than before. */
  #tell(): void {
    const { state, reason } = this.standing();
    if (state === this.#told) return;
    this.#told = state;
    const { level } = NODE_STATES[state];
    if (level === 'info') this.#log.info(state);
    else this.#log.often(level, `state ${state}`, `${state}: ${reason}`);
  }
}

function reasonOf(blockNum: bigint, { code, message }: CotraceError): string {
  return `block ${blockNum} as the peer delivers it: [${code}] ${message}`;
}
