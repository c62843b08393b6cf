import type { ClientRecord } from '@cotrace/core';
import { describe, expect, it } from '@jest/globals';
import { recordKeys } from './event-keys.js';

const CLASS = 'https://id.gs1.org/01/09521234000884';
const LOT = `${CLASS}/10/L1`;

const item = (serial: string, changes: Partial<ClientRecord> = {}): ClientRecord => ({
  step: null,
  eventTime: '2026-01-01T00:00:00.000Z',
  bond: null,
  change: 'add',
  traces: [
    { id: `${CLASS}/21/${serial}`, role: 'subject', lot: LOT, amounts: null },
    { id: LOT, role: 'lot', lot: null, amounts: null },
    { id: CLASS, role: 'subject', lot: null, amounts: null },
    { id: 'urn:x:process', role: 'process', lot: null, amounts: null },
  ],
  data: {},
  eventHash: `ni:${serial}`,
  eventID: null,
  corrects: null,
  ...changes,
});

const share = (a: readonly string[], b: readonly string[]) => a.some((key) => b.includes(key));

describe('records that must not overtake each other', () => {
  const first = recordKeys('goods', item('1'));

  it.each([
    ['share an item', recordKeys('goods', item('1', { eventHash: 'ni:other' }))],
    ['are one event', recordKeys('goods', item('2', { eventHash: 'ni:1' }))],
    ['are one event in two domains', recordKeys('retail', item('2', { eventHash: 'ni:1' }))],
  ])('%s', (_title, other) => {
    expect(share(first, other)).toBe(true);
  });

  it('or have one id', () => {
    const [one, other] = ['1', '2'].map((serial) => recordKeys('goods', item(serial, { eventID: 'urn:e' })));
    expect(share(one ?? [], other ?? [])).toBe(true);
  });

  it('are not those of items of one lot, class or process, nor of one item in two domains', () => {
    expect(share(first, recordKeys('goods', item('2')))).toBe(false);
    expect(share(first, recordKeys('retail', item('1', { eventHash: 'ni:other' })))).toBe(false);
  });
});
