import {
  checkingHeaderHash,
  CotraceError,
  equalBytes,
  inTurnFrom,
  isCotraceError,
  toHex,
  utf8,
  type PartLeaf,
} from '@cotrace/core';
import type { Log } from '../../node/log.js';
import { pauseFor, within } from '../../node/retry.js';
import { STATUS_CALL_MS } from '../../node/limits.js';
import { INITIATOR_MS, PARTS_AT_A_TIME, RETRY_MS, SEEN_LOOK_MS, SEEN_MS } from '../limits.js';
import { ANCHOR, CHECKING } from './names.js';
import type { EachEndorser } from '../../fabric/endorse-by-each.js';
import { notEndorsed, type ChannelCalls } from './channel-calls.js';
import { checkingView, PAST_CYCLES, type ViewParts } from './checking-view.js';
import { nextActions, type CheckingAction } from './next-action.js';
import { partsIn } from './recorded-parts.js';
import { sealingConfig } from './sealing-config.js';

/** What another master says of its cycles. */
export interface OtherCycles {
  readonly mspId: string;
  /** The newest cycle that it has computed, and the hash of its header of `checkNum`. */
  readonly cycles: (
    checkNum: bigint,
  ) => Promise<{ readonly computed: bigint; readonly headerHash: Uint8Array }>;
}

/** What a master needs to take its turn. */
export interface InitiatorParts extends ViewParts {
  readonly checkingCalls: ChannelCalls;
  readonly mainCalls: ChannelCalls;
  readonly others: readonly OtherCycles[];
  readonly log: Log;
}

/**
 * Who can endorse cycles now, in turn from the own organisation on, so that all are asked as often; those that have fewer of
 * the cycles last.
 */
interface Endorsers extends EachEndorser {
  /** The newest of the cycles that enough of them have. */
  readonly newest: bigint;
}

/** Takes this master's turns on the checking channel, and anchors on main, until `signal` is aborted (seed 001, section 4.2.3). */
export async function takeTurns(parts: InitiatorParts, signal: AbortSignal): Promise<void> {
  const initiator = new Initiator(parts);
  while (!signal.aborted) {
    const { least, most } = RETRY_MS;
    const isDone = await initiator.act(signal).catch((error: unknown) => {
      if (isCotraceError(error, 'STORE_FAILED')) throw error;
      parts.log.often(
        'error',
        'turn',
        'could not see whose turn it is on the checking channel; retrying',
        error,
      );
      return false;
    });
    await pauseFor(isDone ? INITIATOR_MS : least + Math.random() * (most - least), signal);
  }
}

const WORDS = {
  seal: 'seal a cycle',
  report: 'report who is late',
  anchor: 'anchor a cycle on main',
  record: 'record the parts of a sealed cycle',
};

/** Exported for tests. */
export class Initiator {
  readonly #parts: InitiatorParts;
  /** Organisations that endorsed something else or did not answer, and the cycle at which: they are asked last until the next one. */
  readonly #last = new Map<string, bigint>();
  /** Sealed cycles of which parts may be missing. */
  readonly #owed = new Set<bigint>();

  constructor(parts: InitiatorParts) {
    this.#parts = parts;
  }

  /**
   * Does what is to be done now, if anything; false where something could not be done and is to be tried again. One thing that
   * cannot be done, such as a report that nobody endorses, does not keep the others from being done.
   */
  async act(signal: AbortSignal): Promise<boolean> {
    const { patience, isDiverged } = this.#parts;
    let isDone = isDiverged() || (await this.#attempt('record', () => this.#recordOwed(), signal));
    for (const action of nextActions(await checkingView(this.#parts), patience, Date.now())) {
      const isPerformed = await this.#attempt(action.kind, () => this.#perform(action, signal), signal);
      isDone &&= isPerformed;
    }
    return isDone;
  }

  async #attempt(kind: keyof typeof WORDS, act: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      if (isCotraceError(error, 'STORE_FAILED')) throw error;
      const code = isCotraceError(error) ? error.code : 'call';
      const what = `could not ${WORDS[kind]}; retrying`;
      if (!signal.aborted) this.#parts.log.often('warn', `checking ${kind} ${code}`, what, error);
      return false;
    }
  }

  async #perform(action: CheckingAction, signal: AbortSignal): Promise<void> {
    if (action.kind === 'seal') await this.#seal(action.from, action.to, signal);
    else if (action.kind === 'report') await this.#report(action);
    else await this.#anchor(action.checkNum, signal);
  }

  /**
   * Records the parts of cycle `from` and seals it with those up to `to` that enough masters have; their parts follow, and what
   * earlier cycles lack: who sealed them may have been stopped before.
   */
  async #seal(from: bigint, to: bigint, signal: AbortSignal): Promise<void> {
    const { ledger, checking, log } = this.#parts;
    const endorsers = await this.#endorsers(from, to);
    const last = endorsers.newest;
    const headers: Uint8Array[] = [];
    for (let n = from; n <= last; n += 1n) headers.push(ledger.store.cycles.need(n).header);
    if (headers.length > 1) log.info(`sealing ${headers.length} cycles from ${from} on`);
    else await this.#recordParts(from, endorsers);
    await this.#call('sealCycle', headers, from, endorsers);
    for (let n = from; headers.length > 1 && n <= last; n += 1n) this.#owed.add(n);
    for (const n of await this.#incompleteBefore(from)) this.#owed.add(n);
    await seen(() => checking.recorded.checkNum >= last, signal);
    await this.#recordOwed();
  }

  /** The cycles before `checkNum` of which parts are missing, back to the newest of which none are. */
  async #incompleteBefore(checkNum: bigint): Promise<bigint[]> {
    const incomplete: bigint[] = [];
    for (let n = checkNum - 1n; n > 0n && n > checkNum - PAST_CYCLES; n -= 1n) {
      if ((await this.#missingParts(n)).length === 0) break;
      incomplete.push(n);
    }
    return incomplete;
  }

  /** Records what is missing of sealed cycles, the oldest first: what is left after a failure follows on what is complete. */
  async #recordOwed(): Promise<void> {
    const oldest = this.#parts.checking.recorded.checkNum - PAST_CYCLES;
    for (const n of [...this.#owed].sort((a, b) => Number(a - b))) {
      // Nobody endorses parts of older ones.
      if (n > oldest) await this.#recordParts(n, await this.#endorsers(n));
      this.#owed.delete(n);
    }
  }

  async #report({
    checkNum,
    attempt,
    late,
    mspId,
  }: Extract<CheckingAction, { kind: 'report' }>): Promise<void> {
    const { checking, patience, log } = this.#parts;
    const view = await checkingView(this.#parts);
    if (view.due === null) return;
    const endorsers = await this.#endorsers(checkNum);
    const turnMs = view.due.startedMs + attempt * patience.t2Ms;
    // Endorsers only report who could have submitted: those that saw a block of the channel within the attempt know that.
    if (late === 'warning' && (checking.heardMs.at(-1) ?? 0) < turnMs) {
      await this.#recordParts(checkNum, endorsers, 1);
    }
    const args = [String(checkNum), String(attempt), late, mspId].map((text) => utf8(text));
    await this.#call('reportLate', args, checkNum, endorsers);
    log.warn(`reported a ${late} of ${mspId}, whose turn it was to initiate cycle ${checkNum}`);
  }

  async #anchor(checkNum: bigint, signal: AbortSignal): Promise<void> {
    const { ledger, mainCalls, own, log } = this.#parts;
    const hash = checkingHeaderHash(ledger.store.cycles.need(checkNum).header);
    const endorsers = await this.#endorsers(checkNum);
    await this.#submit(mainCalls, ANCHOR, 'anchor', [utf8(String(checkNum)), hash], checkNum, endorsers);
    const creator = ledger.store.checking.seal(checkNum)?.creator ?? own;
    if (creator !== own)
      log.warn(`anchored cycle ${checkNum} on main, which ${creator} had sealed and did not`);
    await seen(() => ledger.anchored >= checkNum, signal);
  }

  /** Records the parts of a cycle that are not there, or wrong, at most `most` of them. */
  async #recordParts(checkNum: bigint, endorsers: Endorsers, most = Infinity): Promise<void> {
    const missing = (await this.#missingParts(checkNum)).slice(0, most);
    const record = ({ domain, hpart }: PartLeaf): Promise<void> =>
      this.#call('recordDomain', [utf8(String(checkNum)), utf8(domain), hpart], checkNum, endorsers);
    for (let at = 0; at < missing.length; at += PARTS_AT_A_TIME) {
      await Promise.all(missing.slice(at, at + PARTS_AT_A_TIME).map(record));
    }
  }

  async #missingParts(checkNum: bigint): Promise<PartLeaf[]> {
    const { ledger, checkingCalls } = this.#parts;
    const there = partsIn(await checkingCalls.query(CHECKING, 'parts', [String(checkNum)]));
    const { parts } = ledger.store.cycles.need(checkNum);
    return parts.filter(({ domain, hpart }) => there.get(domain) !== toHex(hpart));
  }

  #call(name: string, args: readonly Uint8Array[], checkNum: bigint, endorsers: Endorsers): Promise<void> {
    return this.#submit(this.#parts.checkingCalls, CHECKING, name, args, checkNum, endorsers);
  }

  /** Asks as few as are enough, and where they do not agree, everybody who answers. */
  async #submit(
    calls: ChannelCalls,
    chaincode: string,
    name: string,
    args: readonly Uint8Array[],
    checkNum: bigint,
    { mspIds, quorum, manager }: Endorsers,
  ): Promise<void> {
    const call = { chaincode, name, arguments: args };
    const isLast = (mspId: string): boolean => (this.#last.get(mspId) ?? 0n) >= checkNum;
    const inOrder = [...mspIds].sort((a, b) => Number(isLast(a)) - Number(isLast(b)));
    const first = await calls.submit(call, { mspIds: inOrder.slice(0, quorum), quorum, manager });
    this.#askLast(first.silent, checkNum, 'it did not answer');
    if (first.isCommitted) return;
    const { own } = this.#parts;
    const rest = inOrder.filter((mspId) => mspId === own || !first.silent.includes(mspId));
    const all =
      mspIds.length > quorum && rest.length >= quorum
        ? await calls.submit(call, { mspIds: rest, quorum, manager })
        : first;
    this.#askLast(all.odd, checkNum, 'its endorsement was odd');
    this.#askLast(all.silent, checkNum, 'it did not answer');
    if (!all.isCommitted) throw notEndorsed(call, all);
  }

  /** The own organisation stays the first, whose answer counts. */
  #askLast(mspIds: readonly string[], checkNum: bigint, why: string): void {
    for (const mspId of mspIds) {
      if (mspId === this.#parts.own || this.#last.get(mspId) === checkNum) continue;
      this.#last.set(mspId, checkNum);
      this.#parts.log.warn(`${mspId} is asked last until cycle ${checkNum + 1n}: ${why}`);
    }
  }

  /**
   * Asks the masters of those who seal `from` which of the cycles `from` to `to` they have. Throws `TOO_FEW_MASTERS` where fewer than a quorum have the
   * same header of `from`.
   */
  async #endorsers(from: bigint, to = from): Promise<Endorsers> {
    const { ledger, own, others } = this.#parts;
    const { members, quorum, manager } = await sealingConfig(this.#parts, from);
    const hash = checkingHeaderHash(ledger.store.cycles.need(from).header);
    const newestOf = new Map([[own, ledger.chain?.count ?? 0n]]);
    const ask = async ({ mspId, cycles }: OtherCycles): Promise<void> => {
      const state = await within(cycles(from), STATUS_CALL_MS).catch(() => null);
      if (state !== null && equalBytes(state.headerHash, hash)) newestOf.set(mspId, state.computed);
    };
    const order = inTurnFrom(
      members.map(({ mspId }) => mspId),
      own,
    );
    await Promise.all(others.filter(({ mspId }) => order.includes(mspId)).map(ask));
    const ready = order.filter((mspId) => newestOf.has(mspId));
    if (ready.length < quorum) {
      throw new CotraceError(
        'TOO_FEW_MASTERS',
        `${ready.length} of ${quorum} masters that a quorum needs have this header of cycle ${from}`,
        { checkNum: from, ready },
      );
    }
    const reach = (mspId: string): bigint => newestOf.get(mspId) ?? from;
    const [enough = from] = ready
      .map(reach)
      .sort(descending)
      .slice(quorum - 1);
    const newest = enough < to ? enough : to;
    const isBehind = (mspId: string): number => Number(reach(mspId) < newest);
    const mspIds = ready.sort((a, b) => isBehind(a) - isBehind(b));
    return { mspIds, quorum, manager, newest };
  }
}

const descending = (a: bigint, b: bigint): number => Number(b - a);

/** Waits until something that was committed is seen in the own copy of its channel, which is soon. */
async function seen(isSeen: () => boolean, signal: AbortSignal): Promise<void> {
  const until = Date.now() + SEEN_MS;
  while (!isSeen() && !signal.aborted && Date.now() < until) await pauseFor(SEEN_LOOK_MS, signal);
}
