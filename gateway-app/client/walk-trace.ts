import { CotraceError } from '@cotrace/core';
import { Lineage, MAX_TRANSACTIONS, type Question, viewTransaction } from '@cotrace/verifier';
import { Master, type ProvenTransaction } from '../gen/cotrace/cotrace_pb.js';
import { isAborted } from '../node/retry.js';
import type { Turn } from './asked.js';
import type { ConnectedNode } from './connections.js';
import { LONGEST_TRACE_MS, MAX_TRACE_BYTES, SILENT_TRACE_MS } from './limits.js';

/** What one master says that answers a question; nothing of it is verified yet. */
export interface Walked {
  readonly transactions: readonly ProvenTransaction[];
  /** Where everything that the master sent stands, `block/txNum`: more than what tells of events. */
  readonly places: ReadonlySet<string>;
  /** The identifiers that were followed. */
  readonly identifiers: readonly string[];
}

/**
 * Collects the transactions that answer a question from one master, and follows their roles to further identifiers.
 * Throws `BAD_ANSWER` where they are too many or not in the order of a walk, and what reading them throws.
 */
export async function walkTrace({ client }: ConnectedNode, question: Question, turn: Turn): Promise<Walked> {
  const found = new Map<string, ProvenTransaction>();
  const places = new Set<string>();
  const identifiers: string[] = [];
  const lineage = new Lineage(question.traceId, question.direction);
  const bounds = new Bounds();
  for (let traceId = lineage.next(); traceId !== null; traceId = lineage.next()) {
    identifiers.push(traceId);
    const records = [];
    const order = new WalkOrder();
    const stream = client.stream(Master.method.trace, { traceId }, turn.signal, { silence: SILENT_TRACE_MS });
    for await (const transaction of stream) {
      bounds.take(transaction);
      order.take(transaction);
      turn.part();
      const place = `${transaction.blockNum}/${transaction.txNum}`;
      places.add(place);
      const { records: written } = viewTransaction(transaction.envelope);
      // Any chaincode may write rows of a trace table; only with a record beside them do they tell of an event.
      if (written.length === 0) continue;
      found.set(place, transaction);
      records.push(...written);
    }
    if (isAborted(turn.signal)) break;
    lineage.visit(traceId, records);
  }
  return { transactions: [...found.values()], places, identifiers };
}

/** Keeps a stream without end from being collected. */
class Bounds {
  readonly #until = performance.now() + LONGEST_TRACE_MS;
  #count = 0;
  #bytes = 0;

  take({ envelope, inclusionProof }: ProvenTransaction): void {
    this.#count += 1;
    this.#bytes += envelope.length + inclusionProof.reduce((sum, { length }) => sum + length, 0);
    if (this.#count > MAX_TRANSACTIONS || this.#bytes > MAX_TRACE_BYTES || performance.now() > this.#until) {
      throw new CotraceError(
        'BAD_ANSWER',
        `the answer does not end after ${this.#count} transactions of ${this.#bytes} bytes`,
        { count: this.#count, bytes: this.#bytes },
      );
    }
  }
}

/** A walk goes back in the ledger, domain by domain: it cannot come to a transaction twice. */
class WalkOrder {
  readonly #left = new Set<string>();
  #domain: string | null = null;
  #blockNum = 0n;
  #txNum = 0;

  take({ domain, blockNum, txNum }: ProvenTransaction): void {
    if (domain !== this.#domain) {
      if (this.#left.has(domain)) throw this.#wrong(blockNum, txNum);
      this.#left.add(domain);
      this.#domain = domain;
    } else if (blockNum > this.#blockNum || (blockNum === this.#blockNum && txNum >= this.#txNum)) {
      throw this.#wrong(blockNum, txNum);
    }
    this.#blockNum = blockNum;
    this.#txNum = txNum;
  }

  #wrong(blockNum: bigint, txNum: number): CotraceError {
    return new CotraceError('BAD_ANSWER', `transaction ${txNum} of block ${blockNum} is out of order`, {
      blockNum,
      txNum,
    });
  }
}
