import type { Connections } from '../client/connections.js';
import { faultText } from '../client/faults.js';
import { placeOrder, type Placed } from '../client/place-order.js';
import { loadTrust } from '../client/trust.js';
import { verifyOrder } from '../client/verify-order.js';
import { readOrder, type CheckedOrder, type Order } from '@cotrace/verifier';
import { interruptible } from './interruptible.js';
import { EXIT, type Output } from './output.js';
import { readText } from './read-text.js';

/** `cotrace order place FILE`: records an order for its device; exit code 3 where it does not stand on the ledger anew. */
export async function place(connections: Connections, file: string, output: Output): Promise<number> {
  const order = readOrder(readText(file));
  const tell = (line: string) => output.progress(line);
  const placed = await interruptible((signal) => placeOrder(connections, order, signal, tell));
  const faults = connections.faults.list();
  output.result({ ...placed, faults }, () => [...placedText(order, placed), ...faults.map(faultText)]);
  return placed.status === 'placed' ? EXIT.done : EXIT.someRefused;
}

function placedText({ to }: Order, placed: Placed): string[] {
  switch (placed.status) {
    case 'placed':
      return [
        `order for ${to} placed, transaction ${placed.txId.slice(0, 12)}…`,
        `its id: ${placed.orderId}`,
      ];
    case 'already placed':
      return ['an order with exactly this content is on the ledger already'];
    case 'other':
      return [
        `not placed: an event that differs in ${placed.differs.join(', ')} is on the ledger under the id of this order`,
      ];
    case 'refused':
      return [`refused [${placed.code}]: ${placed.message}`];
  }
}

/** `cotrace order verify FILE`: whether an order is on the ledger and the latest for its device, verified here. */
export async function verify(
  connections: Connections,
  file: string,
  trustPath: string,
  output: Output,
): Promise<number> {
  const order = readOrder(readText(file));
  const trust = loadTrust(trustPath);
  const checked = await verifyOrder(connections, order, trust);
  const faults = connections.faults.list();
  output.result({ ...toJson(order, checked), faults }, () => [
    ...toText(order, checked),
    ...faults.map(faultText),
  ]);
  return EXIT_OF[checked.status];
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
    asOf: { block: asOf.block, time: timeOf(asOf), attestedBy: asOf.attestedBy },
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
    `proven as of block ${asOf.block}, attested at ${timeOf(asOf)} by ${asOf.attestedBy.join(', ')}`,
  ];
}

function timeOf({ unixSeconds }: CheckedOrder['asOf']): string {
  return new Date(Number(unixSeconds) * 1000).toISOString();
}
