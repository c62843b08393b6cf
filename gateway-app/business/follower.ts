import { create } from '@bufbuild/protobuf';
import {
  CotraceError,
  equalBytes,
  isCotraceError,
  type Attestation,
  type AttestationBody,
  type ErrorCode,
} from '@cotrace/core';
import type { SignatureVerifier } from '@cotrace/fabric-model';
import type { Checkpoint } from '../fabric/chain.js';
import { configOfEnvelope } from '../fabric/configuration.js';
import { EvidenceSchema, type BusinessBlock, type Evidence } from '../gen/cotrace/cotrace_pb.js';
import { mainConfig, type MainConfig } from '@cotrace/verifier';
import type { HeightFeed } from '../node/feed.js';
import type { Log } from '../node/log.js';
import type { NodeState, Standing } from '../node/node-state.js';
import { Backoff, isAborted } from '../node/retry.js';
import type { AgreedMembers } from './agreed-members.js';
import { applyBlock } from './apply-block.js';
import type { AttestationPool } from './attestation-pool.js';
import type { BlockRing } from './block-ring.js';
import type { BusinessHealth } from './business-health.js';
import { cyclePointRows } from './checking/cycle-point.js';
import { checkBusinessBlock, type BusinessBlockTerms, type CheckedBusinessBlock } from './check-block.js';
import { Docked } from './docked.js';
import type { BlockOrigin, Docking } from './docking.js';
import type { DomainStore } from './domain-store.js';
import { genesisConfigEnvelope } from './genesis.js';
import type { HeldRanks } from './held-ranks.js';
import type { Jury } from './jury.js';
import { OwnFailure, ownDoing } from './own-failure.js';
import type { RefusalLog } from './refusal-log.js';

/** What following a domain needs. */
export interface DomainFollowerParts {
  readonly domain: string;
  readonly store: DomainStore;
  readonly ranks: HeldRanks;
  readonly pool: AttestationPool;
  readonly ring: BlockRing;
  readonly feed: HeightFeed;
  readonly docking: Docking;
  readonly verifier: SignatureVerifier;
  /** 64 hexadecimal digits. */
  readonly genesisHeaderHash: string;
  /** Blocks in a checking cycle. */
  readonly checkingHeight: number;
  readonly jury: Jury;
  readonly agreed: AgreedMembers;
  readonly health: BusinessHealth;
  readonly refusals: RefusalLog;
  readonly log: Log;
}

/**
 * Brings a business node's state from block to block: docks, takes the next business block and the root that a quorum
 * of organisations attested, checks the one against the other, applies it, and drops it.
 */
export class DomainFollower {
  readonly #parts: DomainFollowerParts;
  #checkpoint: Checkpoint | null;
  #main: MainConfig | null;
  #docked: string | null = null;

  /** `evidence`: what an earlier run kept; a dispute among it keeps the node stopped. */
  constructor(parts: DomainFollowerParts, evidence: readonly Evidence[]) {
    this.#parts = parts;
    this.#checkpoint = parts.store.checkpoint();
    this.#main = this.#checkpoint === null ? null : this.#mainConfig(this.#checkpoint.configBlock);
    const dispute = evidence.find(({ kind }) => kind === 'dispute');
    if (dispute !== undefined) parts.health.stop({ state: 'disputed', reason: dispute.reason });
  }

  /** The node or master whose business blocks are taken now, or null. */
  get dockedAt(): string | null {
    return this.#docked;
  }

  get standing(): Standing {
    return this.#parts.health.standing(this.#isAttested());
  }

  get state(): NodeState {
    return this.standing.state;
  }

  /** Throws `DISPUTED` or `FORKED` where the node has stopped and its state is not the consortium's. */
  requireAgreement(): void {
    const { stopped } = this.#parts.health;
    if (stopped?.state !== 'disputed' && stopped?.state !== 'forked') return;
    const code = stopped.state === 'forked' ? 'FORKED' : 'DISPUTED';
    throw new CotraceError(code, `this node has stopped: ${stopped.reason}`, { reason: stopped.reason });
  }

  /** Follows until `signal` is aborted or the node is disputed or forked. Throws `STORE_FAILED`. */
  async run(signal: AbortSignal): Promise<void> {
    const { docking, health } = this.#parts;
    const backoff = new Backoff();
    while (!signal.aborted && health.stopped === null) {
      const origin = docking.choose(Date.now());
      if (origin === null) {
        const reason = 'the consortium file has no node or master to dock at';
        health.stop({ state: 'stalled', reason });
        return;
      }
      const before = this.#next;
      try {
        await this.#dock(origin, signal);
      } catch (error) {
        if (isAborted(signal)) break;
        if (error instanceof OwnFailure && isCotraceError(error.cause, 'STORE_FAILED')) throw error.cause;
        if (error instanceof OwnFailure) this.#fail(error);
        else this.#blame(origin, error);
      } finally {
        this.#docked = null;
      }
      if (this.#next > before) backoff.reset();
      await backoff.wait(signal);
    }
  }

  /** Only another version of this program can read what a quorum attests and this one cannot; other faults may pass. */
  #fail({ message, cause }: OwnFailure): void {
    const { health, log } = this.#parts;
    if (isCotraceError(cause, 'UNREADABLE_VALID_TRANSACTION')) {
      health.stop({ state: 'unreadable', reason: cause.message });
    } else log.often('error', 'own failure', message, cause);
  }

  get #next(): bigint {
    return this.#checkpoint === null ? 0n : this.#checkpoint.number + 1n;
  }

  async #dock(origin: BlockOrigin, signal: AbortSignal): Promise<void> {
    const { docking, health } = this.#parts;
    const docked = new Docked(origin, this.#next, signal, docking.isFirst(origin), docking.patience);
    try {
      this.#docked = origin.name;
      while (health.stopped === null) {
        const block = await docked.next(() => this.#looked());
        if (block === null) return;
        await this.#take(block, signal);
        if (signal.aborted) return;
      }
    } finally {
      await docked.close();
    }
  }

  #looked(): boolean {
    const isAttested = this.#isAttested();
    this.#parts.health.look(isAttested);
    return isAttested;
  }

  /** Before the genesis block nobody can be judged: then it is enough that as many masters as make a quorum have one. */
  #isAttested(): boolean {
    const { jury, pool, health } = this.#parts;
    if (this.#main === null) {
      return new Set(pool.of(this.#next).map(({ source }) => source)).size >= health.quorum;
    }
    return jury.hasAgreed(this.#next, pool, this.#main);
  }

  /** Verifies one business block, applies it and moves on. Throws where the sender is at fault. */
  async #take(block: BusinessBlock, signal: AbortSignal): Promise<void> {
    const { domain, genesisHeaderHash } = this.#parts;
    const configEnvelope = this.#checkpoint?.configBlock ?? genesisConfigEnvelope(block, genesisHeaderHash);
    const main = this.#main ?? this.#mainConfig(configEnvelope);
    const agreement = await this.#agreement(block, main, signal);
    if (agreement === null) return;
    const previousHash = this.#checkpoint?.headerHash ?? new Uint8Array();
    if (this.#isFork(agreement.body)) return;
    const checked = checkedBlock(block, agreement.body, { domain, previousHash, main });
    try {
      await this.#apply(checked, agreement.body, main, configEnvelope);
    } catch (error) {
      if (!isCotraceError(error, 'DISPUTED')) {
        throw new OwnFailure(`block ${checked.number} is genuine, but could not be applied`, error);
      }
      await ownDoing('could not save a dispute', this.#dispute(block, agreement, error));
      return;
    }
    this.#publish(block);
  }

  /** Whether a quorum attests a block that does not go on from this node's last; then it stops. */
  #isFork({ blockNum, previousHash }: AttestationBody): boolean {
    if (this.#checkpoint === null || equalBytes(previousHash, this.#checkpoint.headerHash)) return false;
    const reason =
      `a quorum attests a block ${blockNum} that does not follow block ${this.#checkpoint.number} as this node verified it: ` +
      'the network continued from an older copy of the ledger, or this store belongs to another chain';
    this.#parts.health.stop({ state: 'forked', reason });
    return true;
  }

  async #apply(
    checked: CheckedBusinessBlock,
    { trieRoot }: AttestationBody,
    main: MainConfig,
    before: Uint8Array,
  ): Promise<void> {
    const { domain, store, ranks, checkingHeight } = this.#parts;
    const applied = await applyBlock(checked, store, { domain, main });
    const { number, headerHash } = checked;
    const configEnvelope = applied.configEnvelope ?? before;
    const after = applied.configEnvelope === null ? main : this.#read(applied.configEnvelope);
    const checkpoint = { number, headerHash, configBlock: configEnvelope };
    await store.inTurn(async () => {
      const { rows, parts } = await ranks.advance(number, applied.entries);
      const cycleRows = await cyclePointRows(store, checkingHeight, {
        ...{ number, headerHash, trieRoot, configEnvelope, parts },
        membership: after.hash,
      });
      await store.advance(checkpoint, applied.entries, [...rows, ...cycleRows]);
    });
    this.#checkpoint = checkpoint;
    this.#main = after;
    this.#parts.health.configured(after.quorum);
  }

  #publish(block: BusinessBlock): void {
    const { ring, pool, feed, health } = this.#parts;
    ring.add(block);
    pool.advance(this.#next);
    feed.advance(this.#next);
    health.advanced();
  }

  /**
   * Waits for what a quorum attests of the next block, which an origin has sent; null when aborted. In the cycle that the
   * consortium has agreed on nobody may be left of the members before: throws `NOT_SERVED` where the block that came does not
   * help either, so that another origin is asked.
   */
  async #agreement(block: BusinessBlock, main: MainConfig, signal: AbortSignal): Promise<Agreement | null> {
    const { pool, jury, agreed: members, docking } = this.#parts;
    const until = Date.now() + docking.patience.withheld;
    let electors: MainConfig | null = null;
    while (!signal.aborted) {
      const { agreed, supporters } = await ownDoing(
        'could not judge what the masters attest',
        jury.judge(this.#next, pool, main),
      );
      if (agreed !== null) return { body: agreed, supporters };
      if (!members.concern(this.#next)) {
        await pool.changed(signal);
        continue;
      }
      electors ??= await members.after(block, main, signal);
      const theirs = electors === null ? null : jury.among(this.#next, pool, electors);
      if (theirs !== null && theirs.agreed !== null)
        return { body: theirs.agreed, supporters: theirs.supporters };
      if (Date.now() > until) {
        throw new CotraceError('NOT_SERVED', 'no quorum attests the block, nor do the members agreed on');
      }
      await pool.changed(AbortSignal.any([signal, AbortSignal.timeout(docking.patience.watch)]));
    }
    return null;
  }

  #mainConfig(configEnvelope: Uint8Array): MainConfig {
    const main = this.#read(configEnvelope);
    this.#parts.health.configured(main.quorum);
    return main;
  }

  #read(configEnvelope: Uint8Array): MainConfig {
    return mainConfig(configOfEnvelope(configEnvelope), this.#parts.verifier);
  }

  /** Passes over an origin for a while, and says why where it did worse than not to answer. */
  #blame(origin: BlockOrigin, error: unknown): void {
    const { docking, refusals, log } = this.#parts;
    docking.suspend(origin, Date.now());
    if (!isCotraceError(error)) {
      log.often('error', `docking ${origin.name}`, `docking at ${origin.name} failed`, error);
      return;
    }
    // Who serves the genesis block late cannot be told apart from who starts late.
    if (NO_FAULT.has(error.code) || (error.code === 'WITHHELD' && this.#main === null)) {
      log.often(
        'info',
        `unserved ${origin.name}`,
        `${origin.name} does not serve block ${this.#next}`,
        error,
      );
      return;
    }
    refusals.add({ blockNum: this.#next, source: origin.name, code: error.code, reason: error.message });
    const kind = `refused ${origin.name} ${error.code}`;
    log.often('warn', kind, `refused block ${this.#next} of ${origin.name}`, error);
  }

  async #dispute(block: BusinessBlock, { supporters }: Agreement, error: CotraceError): Promise<void> {
    const { store, health, log } = this.#parts;
    const evidence = create(EvidenceSchema, {
      kind: 'dispute',
      blockNum: block.blockNum,
      reason: error.message,
      attestations: supporters.map((attestation) => ({ ...attestation })),
      businessBlock: block,
    });
    await store.keepEvidence(evidence, null);
    log.error(`disputed at block ${block.blockNum}; the evidence is kept, nothing more is applied`, error);
    health.stop({ state: 'disputed', reason: error.message });
  }
}

/** What an origin does that is no fault: it is away, dropped the block, or this node was itself late. */
const NO_FAULT: ReadonlySet<string> = new Set([
  'UNREACHABLE',
  'BLOCK_DROPPED',
  'NOT_SERVED',
] satisfies ErrorCode[]);

/** What a quorum attested of a block, and who. */
interface Agreement {
  readonly body: AttestationBody;
  readonly supporters: readonly Attestation[];
}

/** As `checkBusinessBlock`; what a quorum attests and this node cannot read is no fault of the origin. */
function checkedBlock(
  block: BusinessBlock,
  body: AttestationBody,
  terms: BusinessBlockTerms,
): CheckedBusinessBlock {
  try {
    return checkBusinessBlock(block, body, terms);
  } catch (error) {
    if (!isCotraceError(error, 'UNREADABLE_VALID_TRANSACTION')) throw error;
    throw new OwnFailure(`block ${body.blockNum} is attested, but could not be read`, error);
  }
}
