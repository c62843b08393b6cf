import { Lineage, type Question, viewTransaction } from '@cotrace/verifier';
import { Master, type ProvenTransaction } from '../gen/cotrace/cotrace_pb.js';
import type { Turn } from './asked.js';
import type { ConnectedNode } from './connections.js';
import { SILENT_TRACE_MS } from './limits.js';
import { WalkBounds } from './walk-bounds.js';
import { WalkOrder } from './walk-order.js';

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
  const bounds = new WalkBounds();
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
    lineage.visit(traceId, records);
  }
  return { transactions: [...found.values()], places, identifiers };
}
