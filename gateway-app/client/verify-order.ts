import { checkOrder, type CheckedOrder, type Order, type Trust } from '@cotrace/verifier';
import type { Connections } from './connections.js';
import { findStates } from './find.js';

/**
 * Whether an order is on the ledger and the latest for its device, proven by a quorum of masters as of one block. Throws what
 * `findStates` throws: `ANSWER_DISPROVED` where no master's answer holds.
 */
export function verifyOrder(connections: Connections, order: Order, trust: Trust): Promise<CheckedOrder> {
  return checkOrder(order, (questions) => findStates(connections, questions, trust), trust);
}
