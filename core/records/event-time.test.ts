import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isUtcTime } from './event-time.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

describe('an event time', () => {
  it.each(['2026-04-16T13:26:42.500Z', '2024-02-29T23:59:59.999Z', '2000-02-29T00:00:00.000Z'])(
    'is taken as %s',
    (text) => expect(isUtcTime(text)).toBe(true),
  );

  it.each([
    '',
    '2026-04-16',
    '2026-04-16T09:26:42.000',
    '2026-04-16 09:26:42.000Z',
    '2026-04-16T09:26Z',
    '2026-13-01T00:00:00.000Z',
    '2026-00-01T00:00:00.000Z',
    '2026-04-31T00:00:00.000Z',
    '2026-04-00T00:00:00.000Z',
    '2026-02-29T00:00:00.000Z',
    '1900-02-29T00:00:00.000Z',
    '2026-04-16T24:00:00.000Z',
    '2026-04-16T23:60:00.000Z',
    '2016-12-31T23:59:60.000Z',
    '2026-04-16T09:26:42.000Z\n',
    '２026-04-16T09:26:42.000Z',
  ])('is refused as %j', (text) => expect(isUtcTime(text)).toBe(false));

  it.each([
    '2026-04-16T09:26:42Z',
    '2026-04-16T09:26:42.5Z',
    '2026-04-16T09:26:42.0000Z',
    '2026-04-16T09:26:42.000z',
    '2026-04-16t09:26:42.000Z',
    '2026-04-16T09:26:42.000+00:00',
    '2026-04-16T05:26:42.000-04:00',
  ])('is refused in another form of the same moment, as %s', (text) => expect(isUtcTime(text)).toBe(false));

  it('is every point in time as JavaScript writes it', () => {
    const years = { min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z') };
    fc.assert(
      fc.property(fc.date({ ...years, noInvalidDate: true }), (date) => isUtcTime(date.toISOString())),
      { numRuns: RUNS },
    );
  });

  it('has a day that its month has', () => {
    fc.assert(
      fc.property(
        fc.nat(9999),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 29, max: 31 }),
        (y, m, d) => {
          const date = `${String(y).padStart(4, '0')}-${String(m).padStart(2, '0')}-${d}`;
          const parsed = new Date(`${date}T00:00:00Z`);
          const exists = !Number.isNaN(parsed.getTime()) && parsed.getUTCDate() === d;
          expect(isUtcTime(`${date}T00:00:00.000Z`)).toBe(exists);
        },
      ),
      { numRuns: RUNS },
    );
  });
});
