import {
  canonicalJson,
  type ClientRecord,
  CotraceError,
  HASH_LENGTH,
  type Hint,
  isCotraceError,
  rowsAndMarks,
  toHex,
} from '@cotrace/core';
import { peer } from '@cotrace/fabric-model';
import { Master, type HeadsReply } from '../gen/cotrace/cotrace_pb.js';
import { isAborted, pauseFor, within } from '../node/retry.js';
import { firstAnswer, inTurn } from './ask-in-turn.js';
import { afterError, afterInvalid, type Attempt, type Outcome } from './attempt.js';
import { tipOf } from './chain-check.js';
import type { ConnectedNode, Connections } from './connections.js';
import { Endorsers } from './endorsers.js';
import { explain, explained } from './gateway-answers.js';
import { refusalOf } from './refusal.js';
import { patiently, tellNow, unlessAborted, type Tell } from './patience.js';
import { committed, submit } from './submission.js';
import type { DomainContract, EndorsedTransaction } from './wire.js';
import { CAPTURE_MS, ENDORSEMENT_MS, FIRST_RETRY_MS, LONGEST_RETRY_MS, SHORT_CALL_MS } from './limits.js';

/** What became of a record, after how many attempts. */
export type Captured = Outcome & { readonly attempts: number };

const POLICY_FAILURE: number = peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE;

/** Captures records in the domains of a consortium, each until it is recorded, known already, or refused. */
export class CaptureClient {
  readonly #connections: Connections;
  readonly #endorsers: Endorsers;
  readonly #tell: Tell;

  /** `tell` hears of what goes wrong or takes long while records are tried again. */
  constructor(connections: Connections, tell: Tell = () => undefined) {
    const { consortium, organisation } = connections.context;
    const others = consortium.organisations.filter(({ mspId }) => mspId !== organisation.mspId);
    this.#connections = connections;
    this.#endorsers = new Endorsers([organisation, ...others], connections.faults);
    this.#tell = tellNow(tell);
  }

  /**
   * Captures one record. Conflicts with other writers, stale hints and outages are tried again; a repeat after an
   * unknown outcome finds its own first attempt, so nothing is recorded twice. Throws `NOT_CAPTURED` with each
   * organisation's last answer once it has tried for two minutes, and `INTERRUPTED` when `signal` is aborted.
   */
  async capture(domain: string, record: ClientRecord, signal: AbortSignal): Promise<Captured> {
    const contract = this.#connections.peer.contract(domain);
    const deadline = Date.now() + CAPTURE_MS;
    const sent = new Set<string>();
    let pause = FIRST_RETRY_MS;
    let last: unknown;
    for (let attempts = 1; Date.now() < deadline; attempts += 1) {
      const attempt = await unlessAborted(this.#attempt(contract, domain, record, attempts, sent), signal);
      if (attempt?.kind === 'done') return { ...ownAttempt(attempt.outcome, sent), attempts };
      if (attempt === null) throw interrupted(domain, record);
      last = attempt.cause;
      this.#tellWhy(last);
      await pauseFor(pause * (0.5 + Math.random()), signal);
      if (isAborted(signal)) throw interrupted(domain, record);
      pause = Math.min(2 * pause, LONGEST_RETRY_MS);
    }
    const what = `not recorded after ${CAPTURE_MS / 1000} s of trying; capture again later: nothing is recorded twice`;
    const { eventHash } = record;
    throw explained('NOT_CAPTURED', what, { error: last, peer: this.#peer }, { domain, eventHash });
  }

  /** `sent`: ids of the transactions that may be on the ledger; this attempt's is added before it is submitted. */
  async #attempt(
    contract: DomainContract,
    domain: string,
    record: ClientRecord,
    attempts: number,
    sent: Set<string>,
  ): Promise<Attempt> {
    try {
      const hints = await this.#hints(domain, record, attempts - 1);
      const { transaction, named } = await this.#waitingFor(this.#endorsed(contract, [record, hints]), () =>
        this.#whoEndorses(),
      );
      sent.add(transaction.txId);
      const submitted = await this.#waitingFor(submit(transaction), () => 'the ordering service');
      const status = committed(transaction, submitted, {
        height: () => this.#height(),
        failed: (error) => this.#tellWhy(error),
      });
      const {
        successful,
        transactionId: txId,
        code,
        blockNumber: block,
      } = await this.#waitingFor(status, () => this.#whoCommits());
      if (!successful) return this.#afterInvalid(txId, code, named);
      return {
        kind: 'done',
        outcome: { status: 'recorded', txId, recordId: recordIdOf(transaction), block },
      };
    } catch (error) {
      this.#endorsers.failed(error);
      return afterError(error);
    }
  }

  /**
   * The endorsed transaction. Where the endorsement takes long, it is asked for once more of those organisations whose
   * chaincode answers, and the first of the two counts.
   */
  async #endorsed(
    contract: DomainContract,
    args: readonly [ClientRecord, readonly Hint[]],
  ): Promise<Endorsed> {
    const first = endorse(contract, args, this.#endorsers.choose());
    const inTime = await within(first, ENDORSEMENT_MS);
    if (inTime !== null) return inTime;
    const found = this.#endorsers.tryAll(contract).then(() => this.#endorsers.choose());
    const second = found.then((others) => (others === null ? first : endorse(contract, args, others)));
    return firstOf(first, second);
  }

  /** Who is asked to name when an endorsement takes long. */
  #whoEndorses(): string {
    const silent = this.#endorsers.leftOut();
    return silent.length > 0 ? `endorsements, without ${silent.join(', ')}` : `${this.#peer} to endorse`;
  }

  /** A chaincode that hangs in the middle of a simulation keeps a peer of Fabric from committing. */
  #whoCommits(): string {
    const silent = this.#endorsers.leftOut();
    const also = silent.length > 0 ? `; ${silent.join(', ')} did not endorse` : '';
    return `the commit, by the ordering service and ${this.#peer}${also}`;
  }

  /** Number of blocks of the own peer's ledger; null where the peer is silent or its commits may wait for a chaincode. */
  async #height(): Promise<bigint | null> {
    const tip = await tipOf(this.#connections);
    return this.#endorsers.leftOut().length > 0 ? null : (tip?.height ?? null);
  }

  #afterInvalid(txId: string, code: number, named: readonly string[] | null): Attempt {
    if (named === null || code !== POLICY_FAILURE) return afterInvalid(txId, code);
    this.#endorsers.leaveToGateway();
    const cause = new CotraceError(
      'INVALID_TRANSACTION',
      'the policy of the domain requires other endorsers',
      {
        txId,
        code,
      },
    );
    return { kind: 'again', cause };
  }

  /** A conflict with other writers is no trouble; what else is tried again is told once. */
  #tellWhy(cause: unknown): void {
    if (isCotraceError(cause, 'INVALID_TRANSACTION') || refusalOf(cause) !== null) return;
    const { answers, advice } = explain(cause, this.#peer);
    this.#tell(`retrying: ${answers.join('; ')}; ${advice}`);
  }

  #waitingFor<T>(work: Promise<T>, what: () => string): Promise<T> {
    return patiently(work, what, this.#tell);
  }

  get #peer(): string {
    return this.#connections.peerName;
  }

  /**
   * Newest row of each identifier that gets one, as a master knows it: its own organisation's at first; in later turns another
   * one, since a master may be behind for a while.
   */
  async #hints(domain: string, record: ClientRecord, turn: number): Promise<Hint[]> {
    const traceIds = [...rowsAndMarks(record).rows];
    if (traceIds.length === 0) return [];
    const { faults } = this.#connections;
    return firstAnswer(
      inTurn(this.#connections.masters(), turn),
      ({ client }: ConnectedNode, { signal }) =>
        client.call(Master.method.traceHeads, { domain, traceIds }, { timeout: SHORT_CALL_MS, signal }),
      faults,
      (reply) => hintsOf(reply, traceIds),
    );
  }
}

/** A transaction with its endorsements, and whom the client named to endorse it; null where the gateway chose. */
interface Endorsed {
  readonly transaction: EndorsedTransaction;
  readonly named: readonly string[] | null;
}

async function endorse(
  contract: DomainContract,
  [record, hints]: readonly [ClientRecord, readonly Hint[]],
  named: readonly string[] | null,
): Promise<Endorsed> {
  const transaction = await contract.endorse({
    name: 'capture',
    args: [canonicalJson(record), canonicalJson(hints)],
    ...(named === null ? {} : { organisations: named }),
  });
  return { transaction, named };
}

/** The first of two that succeeds; the error of the second, which knows better, where neither does. */
function firstOf<T>(first: Promise<T>, second: Promise<T>): Promise<T> {
  return Promise.any([first, second]).catch(() => second);
}

/** The hints in what a master answers. Throws `BAD_ANSWER` where it is no answer to these identifiers. */
function hintsOf({ traces }: HeadsReply, traceIds: readonly string[]): Hint[] {
  return traceIds.map((id, i) => {
    const { traceId, heads = [] } = traces[i] ?? {};
    const [head] = heads;
    const isHash = head === undefined || head.blockHash.length === HASH_LENGTH;
    if (traceId !== id || traces.length !== traceIds.length || heads.length > 1 || !isHash) {
      throw new CotraceError('BAD_ANSWER', 'did not answer for the identifiers that were asked about', {
        traceId: id,
      });
    }
    return {
      id,
      preTraceTxId: head?.txId ?? null,
      preTraceHash: head === undefined ? null : toHex(head.blockHash),
    };
  });
}

function interrupted(domain: string, { eventHash }: ClientRecord): CotraceError {
  return new CotraceError(
    'INTERRUPTED',
    'interrupted: it may or may not be recorded; capture it again: nothing is recorded twice',
    { domain, eventHash },
  );
}

/** A record that is there already because an earlier attempt of ours, whose outcome was unknown, put it there. */
export function ownAttempt(outcome: Outcome, sent: ReadonlySet<string>): Outcome {
  const own = outcome.status === 'already recorded' && sent.has(outcome.txId);
  return own ? { ...outcome, status: 'recorded' } : outcome;
}

function recordIdOf({ result }: EndorsedTransaction): string {
  return (JSON.parse(new TextDecoder().decode(result)) as { recordId: string }).recordId;
}
