import { distinctIds, type ClientRecord, type Hint } from '@cotrace/chaincode';
import { canonicalJson, CotraceError, toHex } from '@cotrace/core';
import type { Contract, Transaction } from '@hyperledger/fabric-gateway';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { pauseFor } from '../node/retry.js';
import { afterError, afterInvalid, type Attempt, type Outcome } from './attempt.js';
import type { Connections } from './connections.js';
import { firstAnswer, inTurn } from './first-answer.js';

/** What became of a record, after how many attempts. */
export type Captured = Outcome & { readonly attempts: number };

/** How long one record is tried, in milliseconds: long enough for a peer or an ordering service to come back. */
const PATIENCE_MS = 120_000;
const FIRST_PAUSE_MS = 40;
const LONGEST_PAUSE_MS = 1000;

/** Captures records in the domains of a consortium, each until it is recorded, known already, or refused. */
export class CaptureClient {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  /**
   * Captures one record. Conflicts with other writers, stale hints and outages are tried again; a repeat after an
   * unknown outcome finds its own first attempt, so nothing is recorded twice. Throws `NOT_CAPTURED` with the last
   * cause once it has tried for two minutes, and when `signal` is aborted.
   */
  async capture(domain: string, record: ClientRecord, signal: AbortSignal): Promise<Captured> {
    const contract = this.#connections.main.getContract(domain);
    const deadline = Date.now() + PATIENCE_MS;
    const sent = new Set<string>();
    let pause = FIRST_PAUSE_MS;
    let last: unknown;
    for (let attempts = 1; !signal.aborted && Date.now() < deadline; attempts += 1) {
      const attempt = await this.#attempt(contract, domain, record, attempts, sent);
      if (attempt.kind === 'done') return { ...ownAttempt(attempt.outcome, sent), attempts };
      last = attempt.cause;
      await pauseFor(pause * (0.5 + Math.random()), signal);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
    throw new CotraceError(
      'NOT_CAPTURED',
      'the record could not be captured; capture it again later, which records nothing twice',
      { domain, eventHash: record.eventHash },
      last,
    );
  }

  /** `sent`: ids of the transactions that may be on the ledger; this attempt's is added before it is submitted. */
  async #attempt(
    contract: Contract,
    domain: string,
    record: ClientRecord,
    attempts: number,
    sent: Set<string>,
  ): Promise<Attempt> {
    try {
      const hints = await this.#hints(domain, record, attempts - 1);
      const proposal = contract.newProposal('capture', {
        arguments: [canonicalJson(record), canonicalJson(hints)],
      });
      const transaction = await proposal.endorse();
      sent.add(transaction.getTransactionId());
      const submitted = await transaction.submit();
      const { successful, transactionId: txId, code, blockNumber: block } = await submitted.getStatus();
      if (!successful) return afterInvalid(txId, code);
      return {
        kind: 'done',
        outcome: { status: 'recorded', txId, recordId: recordIdOf(transaction), block },
      };
    } catch (error) {
      return afterError(error);
    }
  }

  /**
   * Newest row of each identifier, as a master knows it: the own organisation's at first; in later turns another
   * one, since a master may be behind for a while.
   */
  async #hints(domain: string, record: ClientRecord, turn: number): Promise<Hint[]> {
    const traceIds = distinctIds(record);
    const { traces } = await firstAnswer(inTurn(this.#connections.masters(), turn), (master) =>
      master.call(Master.method.traceHeads, { domain, traceIds }),
    );
    return traces.map(({ traceId: id, heads: [head] }) => ({
      id,
      preTraceTxId: head?.txId ?? null,
      preTraceHash: head === undefined ? null : toHex(head.blockHash),
    }));
  }
}

/** A record that is there already because an earlier attempt of ours, whose outcome was unknown, put it there. */
function ownAttempt(outcome: Outcome, sent: ReadonlySet<string>): Outcome {
  const own = outcome.status === 'already recorded' && sent.has(outcome.txId);
  return own ? { ...outcome, status: 'recorded' } : outcome;
}

function recordIdOf(transaction: Transaction): string {
  const result = JSON.parse(new TextDecoder().decode(transaction.getResult())) as { recordId: string };
  return result.recordId;
}
