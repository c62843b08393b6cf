import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isCotraceError } from '../errors.js';
import { checkDigit } from './check-digit.js';
import type { Identity } from './identity.js';
import { canonicalTraceId, checkTraceId, identify } from './trace-id.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

const digits = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: length, maxLength: length });
const gs1Text = (max: number): fc.Arbitrary<string> =>
  fc
    .string({
      unit: fc.constantFrom(...Array.from('!"%&\'()*+,-./09:;<=>?AZ_az')),
      minLength: 1,
      maxLength: max,
    })
    .filter((text) => text !== '.' && text !== '..');
const escapeAll = (text: string): string =>
  Array.from(text, (c) => '%' + c.charCodeAt(0).toString(16).padStart(2, '0')).join('');

describe('TraceIDs, whatever the text', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc
      .tuple(
        fc.constantFrom('https://id.gs1.org/', 'http://EXAMPLE.com/x/', 'urn:epc:id:', 'urn:epc:idpat:', '('),
        fc.array(
          fc.oneof(
            fc.constantFrom('01', 'gtin', '21', '10', '/', 'sgtin:', ')', '.', '*', '%2f', '%', '?21=', '00'),
            digits(7),
            digits(14),
            gs1Text(5),
          ),
          { maxLength: 8 },
        ),
      )
      .map(([head, tail]) => head + tail.join('')),
  );

  const pieces = fc
    .array(
      fc.constantFrom(
        ...[
          'https:',
          'HTTP:',
          '//',
          '/',
          '\\',
          'id.gs1.org',
          'X.example',
          ':443',
          ':',
          '@',
          '%69d.gs1.org',
          '01/',
        ],
        ...[
          '%30%31/',
          '/%67tin/',
          '09521234000884',
          '/21/',
          '/ser/',
          '/10/',
          'S',
          '/.',
          '..',
          '%2e',
          '%',
          '%4',
          '%31',
        ],
        ...[
          '?',
          '#',
          '?10=L',
          '?21=S',
          '&',
          'urn:',
          'epc:',
          'id:',
          'sgtin:',
          '9521234.000088.S',
          'idpat:',
          '*',
          'tag:',
        ],
        ...[
          'UUID:',
          'did:',
          '(01)',
          '(21)',
          'h\u0331',
          '\u212a',
          ' ',
          '414/',
          '9521234500018',
          '/254/',
          '0',
          '[::1]',
          '%7e',
        ],
      ),
      { maxLength: 10 },
    )
    .map((parts) => parts.join(''));

  it('a canonical form is canonical, and so is what is said to be meant; equal hash texts are equal forms', () => {
    const traceIds = new Map<string, string>();
    fc.assert(
      fc.property(fc.oneof(anything, pieces), (text) => {
        let identity: Identity;
        try {
          identity = identify(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_TRACE_ID' });
          const { meant } = isCotraceError(error) ? error.detail : {};
          if (typeof meant === 'string') canonicalTraceId(meant);
          return;
        }
        const { traceId, hashText, nature, lot, warnings } = identity;
        expect(identify(traceId)).toMatchObject({ traceId, nature });
        checkTraceId(traceId);
        for (const { meant } of warnings) if (meant !== null) canonicalTraceId(meant);
        if (lot !== null) expect(identify(lot)).toMatchObject({ traceId: lot, nature: 'lot' });
        expect(traceIds.get(hashText) ?? traceId).toBe(traceId);
        traceIds.set(hashText, traceId);
      }),
      { numRuns },
    );
  });

  it('all ways to write a serialised GTIN have one canonical form', () => {
    fc.assert(
      fc.property(digits(13), fc.integer({ min: 6, max: 12 }), gs1Text(20), (body, prefix, serial) => {
        const gtin = body + checkDigit(body);
        const reference = body.slice(0, 1) + body.slice(1 + prefix);
        const ways = [
          `urn:epc:id:sgtin:${body.slice(1, 1 + prefix)}.${reference}.${escapeAll(serial)}`,
          `https://id.gs1.org/01/${gtin}/21/${escapeAll(serial)}`,
          `HTTPS://x.example/stem/GTIN/${gtin}/ser/${encodeURIComponent(serial)}?17=260101`,
          `https://id.gs1.org/01/${gtin}/10/L/21/${encodeURIComponent(serial)}?21=OTHER`,
        ];
        expect(new Set(ways.map(canonicalTraceId)).size).toBe(1);
      }),
      { numRuns },
    );
  });

  it('different serials stay different', () => {
    fc.assert(
      fc.property(gs1Text(20), gs1Text(20), (a, b) => {
        const link = (serial: string): string =>
          canonicalTraceId(`https://id.gs1.org/01/09521141012345/21/${escapeAll(serial)}`);
        expect(link(a) === link(b)).toBe(a === b);
      }),
      { numRuns },
    );
  });
});
