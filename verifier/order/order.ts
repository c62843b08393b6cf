import {
  CotraceError,
  hashCanonical,
  type JsonValue,
  parseStrictJson,
  Shape,
  type StoredRecord,
  toHex,
  typedTraceId,
} from '@cotrace/core';

/** The domain in which orders are recorded. */
export const ORDER_DOMAIN = 'production';

/** Prefix of the members of an event that make it an order, and what it stands for. */
const PREFIX = 'cotrace';
const NAMESPACE = 'urn:cotrace:';
const FROM = `${PREFIX}:from`;
const MESSAGE = `${PREFIX}:message`;
const SIGNATURE = `${PREFIX}:signature`;

const MAX_FILE_BYTES = 256 * 1024;
const MAX_NAME = 512;
const MAX_MESSAGE = 64 * 1024;

/** An order to a device or an account (seed 000, table 1). */
export interface Order {
  readonly from: string;
  /** The device or account: an identifier in its canonical form. */
  readonly to: string;
  readonly message: string;
  /** What `from` signed the message with; it is compared, and means what sender and device agreed on. */
  readonly signature: string;
}

/** Reads an order from JSON with exactly its four members. Throws `BAD_ORDER`, `BAD_TRACE_ID`. */
export function readOrder(text: string): Order {
  const root = new Shape(parse(text), { code: 'BAD_ORDER', locate: () => 'order' });
  root.only(['from', 'to', 'message', 'signature']);
  const textOf = (name: string, most: number) => root.at(name).text({ rule: 'text', least: 1, most });
  return {
    from: textOf('from', MAX_NAME),
    to: typedTraceId(textOf('to', MAX_NAME)),
    message: textOf('message', MAX_MESSAGE),
    signature: textOf('signature', MAX_MESSAGE),
  };
}

function parse(text: string): JsonValue {
  try {
    return parseStrictJson(text, MAX_FILE_BYTES);
  } catch (cause) {
    throw new CotraceError('BAD_ORDER', 'the order is not JSON, or too long', {}, cause);
  }
}

/** The id of an order's event: a hash of the order, so that the same order is on the ledger once. */
export function orderId({ from, to, message, signature }: Order): string {
  return `urn:cotrace:order:${toHex(hashCanonical({ from, to, message, signature }))}`;
}

/** The EPCIS event that records an order: an observation of the device, to which the order's other members are added. */
export function orderEvent(order: Order, eventTime: Date): string {
  return JSON.stringify({
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld', { [PREFIX]: NAMESPACE }],
    type: 'ObjectEvent',
    eventID: orderId(order),
    eventTime: eventTime.toISOString(),
    eventTimeZoneOffset: '+00:00',
    action: 'OBSERVE',
    epcList: [order.to],
    [FROM]: order.from,
    [MESSAGE]: order.message,
    [SIGNATURE]: order.signature,
  });
}

/** Whether a record that is in the state of the domain is that of the order. */
export function isRecordOf(order: Order, record: StoredRecord): boolean {
  return differencesOf(order, record).length === 0;
}

/**
 * The members in which a record that is in the state of the domain differs from the order: of `from`, `to`, `message`,
 * `signature`, and `id` where it is recorded under another event id.
 */
export function differencesOf(order: Order, { eventID, data, traces }: StoredRecord): string[] {
  const same = {
    id: eventID === orderId(order),
    from: data[FROM] === order.from,
    to: traces.some(({ id }) => id === order.to),
    message: data[MESSAGE] === order.message,
    signature: data[SIGNATURE] === order.signature,
  };
  return Object.entries(same).flatMap(([name, equal]) => (equal ? [] : [name]));
}
