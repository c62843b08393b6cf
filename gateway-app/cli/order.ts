import { CotraceError, isCotraceError } from '@cotrace/core';
import { nodeVerifier } from '@cotrace/network';
import { CaptureClient } from '../client/capture.js';
import type { Connections } from '../client/connections.js';
import { findStates } from '../client/find.js';
import { readEpcisFile } from '../epcis/read-documents.js';
import { checkOrder, type CheckedOrder } from '../order/check-order.js';
import { ORDER_DOMAIN, orderEvent, readOrder, type Order } from '../order/order.js';
import { readTrust } from '../proof/trust.js';
import { EXIT, reportError, type Output } from './output.js';
import { readText } from './read-text.js';

/** `cotrace order place FILE`: records an order for its device. */
export async function place(connections: Connections, file: string, output: Output): Promise<number> {
  const order = readOrder(readText(file));
  const { events } = readEpcisFile(orderEvent(order, new Date()), file);
  const result = events[0]?.result;
  if (result?.ok !== true) {
    throw new CotraceError('BAD_ORDER', `${file}: its device cannot be named in an event`, {
      reasons: result?.errors.map(({ message }) => message) ?? [],
    });
  }
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  const captured = await new CaptureClient(connections).capture(
    ORDER_DOMAIN,
    result.record,
    interrupted.signal,
  );
  if (captured.status === 'refused') {
    const { code, message } = captured.refusal;
    const status = code === 'CONFLICT' ? 'already placed' : 'refused';
    output.result({ status, orderId: result.record.eventID, code, message }, () => [
      code === 'CONFLICT'
        ? `an order with exactly this content is on the ledger already`
        : `refused [${code}]: ${message}`,
    ]);
    return EXIT.someRefused;
  }
  const { txId, block } = captured;
  output.result({ status: 'placed', orderId: result.record.eventID, txId, block }, () => [
    `order for ${order.to} placed, transaction ${txId.slice(0, 12)}…`,
    `its id: ${result.record.eventID ?? ''}`,
  ]);
  return EXIT.done;
}

/** `cotrace order verify FILE`: whether an order is on the ledger and the latest for its device, verified here. */
export async function verify(
  connections: Connections,
  file: string,
  trustPath: string,
  output: Output,
): Promise<number> {
  const order = readOrder(readText(file));
  const trust = readTrust(readText(trustPath), nodeVerifier);
  try {
    const checked = await checkOrder(order, (questions) => findStates(connections, questions), trust);
    output.result(toJson(order, checked), () => toText(order, checked));
    return EXIT_OF[checked.status];
  } catch (error) {
    if (!isCotraceError(error, 'ANSWER_DISPROVED')) throw error;
    reportError(error, output.json);
    return EXIT.disproved;
  }
}

const EXIT_OF = {
  latest: EXIT.done,
  superseded: EXIT.superseded,
  absent: EXIT.notOnLedger,
  other: EXIT.notOnLedger,
} as const;

function toJson({ to }: Order, { orderId, status, place: where, newest, asOf }: CheckedOrder) {
  return {
    status,
    orderId,
    to,
    place: where,
    newest,
    asOf: { block: asOf.blockNum, time: timeOf(asOf), attestedBy: asOf.attestedBy },
  };
}

function toText({ to }: Order, { status, place: where, newest, asOf }: CheckedOrder): string[] {
  const stands = `on the ledger, transaction ${where?.txNum ?? ''} of block ${where?.block ?? ''}`;
  const said = {
    latest: [`the order is ${stands}, and the latest for ${to}`],
    superseded: [
      `the order is ${stands}, but no longer the latest for ${to}:`,
      `transaction ${newest?.txNum ?? ''} of block ${newest?.block ?? ''} is newer`,
    ],
    absent: [`the order is not on the ledger`],
    other: [`the order is not on the ledger: an event that says something else has taken its id`],
  }[status];
  return [
    ...said,
    `proven as of block ${asOf.blockNum}, attested at ${timeOf(asOf)} by ${asOf.attestedBy.join(', ')}`,
  ];
}

function timeOf({ unixSeconds }: CheckedOrder['asOf']): string {
  return new Date(Number(unixSeconds) * 1000).toISOString();
}
