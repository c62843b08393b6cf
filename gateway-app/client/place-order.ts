import { CotraceError } from '@cotrace/core';
import { readEpcisFile } from '@cotrace/epcis';
import { differencesOf, type Order, ORDER_DOMAIN, orderEvent, readStoredRecord } from '@cotrace/verifier';
import { CaptureClient, type Captured } from './capture.js';
import { checkChain } from './chain-check.js';
import type { Connections } from './connections.js';
import type { Tell } from './patience.js';

/** What became of an order. */
export type Placed = { readonly orderId: string } & (
  | { readonly status: 'placed'; readonly txId: string; readonly block: bigint | null }
  /** The same order is on the ledger. */
  | { readonly status: 'already placed' }
  /** Its id is taken by an event that says something else, in the members named. */
  | { readonly status: 'other'; readonly differs: readonly string[] }
  | { readonly status: 'refused'; readonly code: string; readonly message: string }
);

/**
 * Records an order for its device. Throws `BAD_ORDER` where its device cannot be named in an event, `WRONG_CHAIN` where the
 * ledger is not the one that masters attest, and what capturing throws.
 */
export async function placeOrder(
  connections: Connections,
  order: Order,
  signal: AbortSignal,
  tell: Tell,
): Promise<Placed> {
  const { events } = readEpcisFile(orderEvent(order, new Date()), 'order');
  const result = events[0]?.result;
  if (result?.ok !== true) {
    throw new CotraceError('BAD_ORDER', 'its device cannot be named in an event', {
      reasons: result?.errors.map(({ message }) => message) ?? [],
    });
  }
  await checkChain(connections, tell);
  const captured = await new CaptureClient(connections, tell).capture(ORDER_DOMAIN, result.record, signal);
  await checkChain(connections, tell);
  const readRecord = (recordId: string) =>
    connections.peer.contract(ORDER_DOMAIN).evaluate({ name: 'readRecord', args: [recordId] });
  const { mspId } = connections.context.organisation;
  const placed = await placedOf(order, captured, mspId, readRecord);
  return { orderId: result.record.eventID ?? '', ...placed };
}

/** What a capture of an order's event by `mspId` came to. `readRecord` reads what it has under the event's id already. */
export async function placedOf(
  order: Order,
  captured: Captured,
  mspId: string,
  readRecord: (recordId: string) => Promise<Uint8Array>,
): Promise<DistributedOmit<Placed, 'orderId'>> {
  if (captured.status !== 'refused') {
    const { status, txId, block } = captured;
    return status === 'recorded' ? { status: 'placed', txId, block } : { status: 'already placed' };
  }
  const { code, message, detail } = captured.refusal;
  const { recordId } = detail;
  // An order's event has the time at which it was placed, so that the same order placed again is another event.
  if (code !== 'CONFLICT' || typeof recordId !== 'string') return { status: 'refused', code, message };
  const record = readStoredRecord(recordId, mspId, await readRecord(recordId));
  if (record === null) {
    throw new CotraceError(
      'BAD_RECORD',
      'what the peer holds under the id of the order is not what the contract writes',
      { recordId },
    );
  }
  const differs = differencesOf(order, record);
  return differs.length === 0 ? { status: 'already placed' } : { status: 'other', differs };
}

type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
