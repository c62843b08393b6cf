import { describe, expect, it } from '@jest/globals';
import { readEpcisFile } from '../../epcis/read-documents.js';
import { codeOf, errorOf } from '../../gateway-app/testing/codes.js';
import { orderEvent, orderId, readOrder } from '../../verifier/order/order.js';

const text = (members: object = {}) =>
  JSON.stringify({
    from: 'planner',
    to: 'urn:epc:id:giai:9521234.press-4',
    message: 'press 200 parts\n"A-17" <now>',
    signature: 'MEUC',
    ...members,
  });

describe('an order', () => {
  it('has an id of its content, whatever form its device is written in', () => {
    const id = orderId(readOrder(text()));
    expect(id).toMatch(/^urn:cotrace:order:[0-9a-f]{64}$/);
    expect(orderId(readOrder(text({ to: 'https://example.com/8004/9521234press-4' })))).toBe(id);
    for (const member of ['from', 'message', 'signature']) {
      expect(orderId(readOrder(text({ [member]: 'other' })))).not.toBe(id);
    }
    expect(orderId(readOrder(text({ to: 'urn:epc:id:giai:9521234.press-5' })))).not.toBe(id);
  });

  it('is an event that can be captured, of its device and under its id', () => {
    const order = readOrder(text());
    const { events, warnings } = readEpcisFile(orderEvent(order, new Date(0)), 'order');
    const [event] = events;
    if (event?.result.ok !== true) throw new Error(JSON.stringify(event));
    expect(warnings).toEqual([]);
    expect(event.result.record).toMatchObject({
      eventID: orderId(order),
      traces: [{ id: order.to, role: 'subject' }],
      corrects: null,
      data: {
        'cotrace:from': order.from,
        'cotrace:message': order.message,
        'cotrace:signature': order.signature,
      },
    });
  });

  it('names its members in a namespace of its own', () => {
    const event: unknown = JSON.parse(orderEvent(readOrder(text()), new Date(0)));
    expect(event).toMatchObject({ '@context': [expect.any(String), { cotrace: 'urn:cotrace:' }] });
  });

  it.each([
    ['sender', 'characters', 512, (length: number) => text({ from: 'x'.repeat(length) })],
    ['message', 'characters', 65_536, (length: number) => text({ message: 'x'.repeat(length) })],
    ['signature', 'characters', 65_536, (length: number) => text({ signature: 'x'.repeat(length) })],
    ['file', 'bytes', 262_144, (length: number) => text().padEnd(length)],
  ])('has a %s of at most as many %s as %i', async (_what, _unit, most, ofLength) => {
    expect(readOrder(ofLength(most))).toMatchObject({ to: readOrder(text()).to });
    expect(await codeOf(() => readOrder(ofLength(most + 1)))).toBe('BAD_ORDER');
  });

  it('is refused with the cause where it is not JSON', () => {
    const { code, cause } = errorOf(() => readOrder('press 200 parts'));
    expect(code).toBe('BAD_ORDER');
    expect(cause).toMatchObject({ code: 'BAD_JSON' });
  });

  it.each([
    ['a member more', text({ more: 1 })],
    ['an empty member', text({ from: '' })],
    ['a message that is no text', text({ message: 7 })],
    ['a message without end', text({ message: 'x'.repeat(70_000) })],
    ['no signature', text({ signature: undefined })],
  ])('is refused with %s', async (_title, wrong) => {
    expect(await codeOf(() => readOrder(wrong))).toBe('BAD_ORDER');
  });

  it('is refused to a device that can be no identifier', async () => {
    expect(await codeOf(() => readOrder(text({ to: ' ' })))).toBe('BAD_TRACE_ID');
  });
});
