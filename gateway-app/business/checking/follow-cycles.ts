import { isCotraceError, type ErrorCode } from '@cotrace/core';
import { Master, type SealedHeader } from '../../gen/cotrace/cotrace_pb.js';
import type { HeightFeed } from '../../node/feed.js';
import type { Log } from '../../node/log.js';
import { Backoff, isAborted, within } from '../../node/retry.js';
import type { RpcClient } from '../../node/rpc-client.js';
import { HEADER_PATIENCE, QUIET_MS } from '../limits.js';
import { OwnFailure, ownDoing } from '../own-failure.js';
import type { RefusalLog } from '../refusal-log.js';
import { compareCycle } from './compare-cycle.js';
import type { CycleBook } from './cycle-book.js';
import { locateDifference } from './locate-difference.js';
import type { RankHeight, RankSource } from './rank-peers.js';

/** A master as a source of sealed headers. */
export interface SealedSource {
  readonly name: string;
  /** The sealed headers, with the parts of the node's domain and of `_lifecycle`, from cycle `from` on, as they are sealed. */
  sealedHeaders(from: bigint, signal: AbortSignal): AsyncGenerator<SealedHeader>;
}

/** What following sealed headers needs. */
export interface CycleFollowerParts {
  readonly book: CycleBook;
  /** In the order of preference. */
  readonly sources: readonly SealedSource[];
  /** Who is asked what differs, in the order of preference. */
  readonly ranks: readonly RankSource[];
  /** The main blocks that the node has verified. */
  readonly feed: HeightFeed;
  readonly refusals: RefusalLog;
  readonly log: Log;
  /** Milliseconds; `withheld`: how long a source may take for the header of a cycle that is over. */
  readonly patience?: typeof HEADER_PATIENCE;
}

/** What a master does that is no fault: it is away, or of a release from before there were cycles. */
const NO_FAULT: ReadonlySet<string> = new Set(['UNREACHABLE', 'NO_METHOD'] satisfies ErrorCode[]);

/** A master as a source, over the wire. */
export function remoteSealed(name: string, domain: string, client: RpcClient): SealedSource {
  return {
    name,
    sealedHeaders: (checkNum, signal) =>
      client.stream(Master.method.sealedHeaders, { domain, checkNum }, signal),
  };
}

/**
 * Takes sealed headers from one master at a time, each once the node has verified the blocks of its cycle, and compares the node's
 * state with them. A master that fails, sends what does not hold, leaves out what its header has of `_lifecycle`, or sends nothing
 * of a cycle that is over, gives way to the next.
 */
export class CycleFollower {
  readonly #parts: CycleFollowerParts;
  readonly #patience: typeof HEADER_PATIENCE;
  #turn = 0;
  #awaySince: number | null = null;

  constructor(parts: CycleFollowerParts) {
    this.#parts = parts;
    this.#patience = parts.patience ?? HEADER_PATIENCE;
  }

  /** Follows until `signal` is aborted. Throws `STORE_FAILED`. */
  async run(signal: AbortSignal): Promise<void> {
    const { book, sources, log } = this.#parts;
    const backoff = new Backoff();
    while (!signal.aborted) {
      const source = sources[this.#turn % sources.length];
      if (source === undefined) return;
      const before = book.next;
      try {
        await this.#follow(source, signal);
      } catch (error) {
        if (isAborted(signal)) return;
        if (!(error instanceof OwnFailure)) this.#blame(source, error);
        else if (isCotraceError(error.cause, 'STORE_FAILED')) throw error.cause;
        else log.often('error', 'cycles', error.message, error.cause);
      }
      this.#turn += 1;
      if (book.next > before) backoff.reset();
      await backoff.wait(signal);
    }
  }

  /** Takes headers until the source fails, withholds one or a part, or contradicts what is verified. */
  async #follow(source: SealedSource, signal: AbortSignal): Promise<void> {
    const { book } = this.#parts;
    const closing = new AbortController();
    const close = () => closing.abort();
    signal.addEventListener('abort', close);
    const headers = source.sealedHeaders(book.next, closing.signal);
    try {
      for (;;) {
        const sealed = await this.#awaited(headers.next(), signal);
        this.#awaySince = null;
        if (sealed === null || !(await this.#take(sealed, source, signal))) return;
      }
    } finally {
      signal.removeEventListener('abort', close);
      closing.abort();
      await headers.return(undefined);
    }
  }

  /** What the source sends next; null where it ends, or keeps silent of a cycle that is over for too long. */
  async #awaited(
    pending: Promise<IteratorResult<SealedHeader, unknown>>,
    signal: AbortSignal,
  ): Promise<SealedHeader | null> {
    const { book, feed } = this.#parts;
    let since: number | null = null;
    for (;;) {
      const result = await within(pending, this.#patience.watch);
      if (result !== null) return result.done === true ? null : result.value;
      if (isAborted(signal)) return null;
      if (feed.height <= book.nextPoint) continue;
      since ??= Date.now();
      if (Date.now() - since >= this.#patience.withheld) return null;
    }
  }

  /** Judges a header once its cycle is over here, and keeps what comes of it. Whether the source may go on. */
  async #take(sealed: SealedHeader, { name }: SealedSource, signal: AbortSignal): Promise<boolean> {
    const { book, feed, log } = this.#parts;
    await feed.above(book.nextPoint, signal);
    if (isAborted(signal)) return false;
    const known = await ownDoing('what is known of a cycle could not be read', book.knowledge());
    if (known === null) {
      log.often(
        'warn',
        'too old',
        'this store is from before there were cycles and cannot verify sealed headers: move it away',
      );
      return false;
    }
    const verdict = compareCycle(sealed, known);
    const kept =
      verdict.kind === 'verified'
        ? book.verified(verdict.header, verdict.parts)
        : book.contradiction(sealed, verdict.header, verdict.reason);
    await ownDoing('what came of a cycle could not be kept', kept);
    if (verdict.kind !== 'verified') return false;
    const { checkNum } = verdict.header;
    for (const { domain, agrees, sealed: digest } of verdict.parts) {
      if (agrees !== false || digest === null) continue;
      const looking = this.#locate({ domain, checkNum }, digest, signal);
      await ownDoing('what differs could not be looked for', looking);
    }
    if (!verdict.isWhole) {
      const what =
        'does not show what was sealed of _lifecycle, as a master of an earlier release; asking the next';
      log.often('info', `parts ${name}`, `${name} ${what}`);
    }
    return verdict.isWhole;
  }

  /** Has other nodes show in which groups the state differs, and keeps that. */
  async #locate(height: RankHeight, sealed: Uint8Array, signal: AbortSignal): Promise<void> {
    const { book, ranks: sources, refusals, log } = this.#parts;
    if (!book.isListed(height)) return;
    const view = book.view(height);
    if (view === null) return;
    const blocks = await locateDifference({ height, view, sealed, sources, refusals, log }, signal);
    if (blocks !== null) await book.located(height, blocks);
  }

  #blame({ name }: SealedSource, error: unknown): void {
    const { book, refusals, log } = this.#parts;
    if (isCotraceError(error) && NO_FAULT.has(error.code)) {
      this.#awaySince ??= Date.now();
      if (Date.now() - this.#awaySince < QUIET_MS) return;
    } else if (isCotraceError(error)) {
      refusals.add({ blockNum: book.nextPoint, source: name, code: error.code, reason: error.message });
    }
    log.often(
      'warn',
      `cycles ${name}`,
      `could not get the sealed header of cycle ${book.next} of ${name}; asking the next`,
      error,
    );
  }
}
