import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { withCheckDigit } from '../trace-id/check-digit.js';
import { isCotraceError } from '../errors.js';
import { shortTraceId } from './typed-trace-id.js';
import { typedKey, understand, understoodText } from './understand.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const GS = '\x1d';

/** The trace that a text is understood as, as traces are printed. */
const short = (text: string): string => shortTraceId(understand(text).traceId);

/** Why a text is refused. */
function refusal(text: string): string {
  try {
    return `understood as ${short(text)}`;
  } catch (error) {
    if (isCotraceError(error, 'BAD_TRACE_ID')) return error.message;
    throw error;
  }
}

describe('what a scanner sends', () => {
  it.each<[string, string, string]>([
    ['GS1-128 with lot and expiry', ']C101095212345432131710010110123ABC', '01/09521234543213/10/123ABC'],
    [
      'a serial behind a lot',
      `]C101095212345432131710010110123ABC${GS}211234567890`,
      '01/09521234543213/21/1234567890',
    ],
    [
      'GS1 DataMatrix of a medicine, as most countries have it',
      `]d2010506091751001110628S93R${GS}17241000218898847482518646`,
      '01/05060917510011/21/8898847482518646',
    ],
    ['GS1 DataMatrix of one lot', ']d201034009340123031723063010ABC123', '01/03400934012303/10/ABC123'],
    ['GS1 QR Code', `]Q30109521234543213${GS}10A-1`, '01/09521234543213/10/A-1'],
    ['GS1 DotCode', ']J1010952123454321310A', '01/09521234543213/10/A'],
    ['GS1 DataBar with a weight', ']e0010952123454321331030012501011', '01/09521234543213/10/11'],
    ['GS1 Composite', ']e101095212345432131020', '01/09521234543213/10/20'],
    ['a pallet', ']C100195212345000000015', '00/195212345000000015'],
    [
      'a pallet with what is on it',
      `]C100195212345000000015020952123454321337120${GS}10LOT-1`,
      '00/195212345000000015',
    ],
    ['a crate', ']C1800300952123400017A17', '8003/00952123400017A17'],
    ['a place with its extension', ']C1414952123400001325412', '414/9521234000013/254/12'],
    ['separators at the end', `]C1010952123454321310A${GS}${GS}`, '01/09521234543213/10/A'],
    ['EAN-13', ']E09521234543213', '01/09521234543213'],
    ['UPC-A', ']E0012345678905', '01/00012345678905'],
    ['EAN-8', ']E495212340', '01/00000095212340'],
    ['ITF-14', ']I119521234543210', '01/19521234543210'],
    ['QR Code with a link', ']Q1https://shop.example/01/09521234543213/10/A', '01/09521234543213/10/A'],
    ['DataMatrix with a link', ']d1https://id.gs1.org/01/09521234543213/21/7', '01/09521234543213/21/7'],
    ['FNC1 instead of an identifier of the symbology', `${GS}010952123454321310A`, '01/09521234543213/10/A'],
    ['FNC1 as people write it', '␝010952123454321310A␝17241000', '01/09521234543213/10/A'],
    ['carets', '^]010952123454321310A^]17241000', '01/09521234543213/10/A'],
    ['braces', ']C1010952123454321310A{GS}17241000', '01/09521234543213/10/A'],
    ['angle brackets', ']d2010952123454321310A<GS>17241000', '01/09521234543213/10/A'],
    ['the brackets of a label', ']C1(01)09521234543213(10)A', '01/09521234543213/10/A'],
    ['a line end behind it', ']C1010952123454321310A\r\n', '01/09521234543213/10/A'],
  ])('%s', (_name, text, expected) => expect(refusal(text)).toBe(`understood as ${expected}`));

  it.each<[string, string, string]>([
    ['of another symbology', ']A0LOT7', 'a symbology (]A0) that carries no GS1 identifier'],
    ['with a wrong check digit', ']C10109521234543214', 'has a wrong check digit in its gtin'],
    ['that is cut', ']C101095212345432', 'its (01) is cut'],
    ['that has no key', `]C110LOT-1${GS}17241000`, 'it has (10)LOT-1(17)241000 and no key'],
    ['that is empty', ']C1', 'it has nothing and no key'],
    ['with two keys', ']C10109521234543213414952123400001', 'its (414) is cut'],
    [
      'with two whole keys',
      ']C100195212345000000015' + '0109521234543213',
      'names two keys, (00) and (01); write only one',
    ],
    ['with an element that is empty', `]C10109521234543213${GS}10${GS}21A`, 'its (10) is wrong'],
    ['with a separator inside a GTIN', `]C10109521234${GS}543213`, 'its (01) is wrong'],
    [
      'with letters for an element',
      ']C10109521234543213LOT7',
      'no element begins with "LOT7"; is a separator missing?',
    ],
    ['with too many elements', `]C10109521234543213${`99A${GS}`.repeat(70)}`, 'has more than 64 elements'],
    ['with too long a value', `]C1010952123454321399${'A'.repeat(91)}`, 'its (99) is wrong'],
    ['of 12 digits as EAN-8', ']E4012345678905', ']E4 must be followed by 8 digits'],
    [
      'of a compressed link',
      ']Q1https://id.gs1.org/AQnYUc1gmiQK',
      'is a compressed Digital Link; resolve it first',
    ],
  ])('is refused %s', (_name, text, why) => expect(refusal(text)).toContain(why));

  it('is data of GS1 whatever its elements are, in any order', () => {
    const characters = fc.constantFrom('A', 'B', 'x', '0', '1', '2', '7', '-', '_', '/', '.', '%');
    const value = fc
      .string({ unit: characters, minLength: 1, maxLength: 20 })
      .filter((text) => !/^\.\.?$/.test(text));
    const digits = fc.nat(9_999_999_999).map((number) => String(number).padStart(13, '0'));
    const ais = fc.shuffledSubarray(['01', '17', '10', '3103', '99']);
    fc.assert(
      fc.property(digits, value, ais, (gtin, lot, order) => {
        const values: Record<string, string> = {
          '01': withCheckDigit(gtin),
          '17': '251231',
          '10': lot,
          '3103': '001250',
          '99': lot,
        };
        const elements = order.map((ai) => ({ ai, value: values[ai] ?? '' }));
        const scan = elements
          .map(({ ai, value: text }) => ai + text + (['10', '99'].includes(ai) ? GS : ''))
          .join('');
        const brackets = elements.map(({ ai, value: text }) => `(${ai})${text}`).join('');
        if (!order.includes('01')) {
          expect(refusal(`]C1${scan}`)).toContain('and no key');
          return;
        }
        expect(short(`]C1${scan}`)).toBe(short(brackets));
        expect(understand(`]C1${scan}`).elements).toBe(brackets);
      }),
      { numRuns },
    );
  });
});

describe('what a person types', () => {
  it.each([
    ['(10)A(01)09521234543213', '01/09521234543213/10/A'],
    ['(01) 09521234543213 (21) 7', '01/09521234543213/21/7'],
    ['01/09521234543213/10/A', '01/09521234543213/10/A'],
    ['01/9521234543213', '01/09521234543213'],
    [' urn:epc:class:lgtin:9521234.054321.A ', '01/09521234543213/10/A'],
    ['https://shop.example/x/gtin/9521234543213/lot/A?17=251231', '01/09521234543213/10/A'],
    ['urn:uuid:ABCDEF00-0000-4000-8000-000000000000', 'urn:uuid:abcdef00-0000-4000-8000-000000000000'],
    ['valve-7', 'valve-7'],
    ['24/0815', '24/0815'],
  ])('is understood in any form: %s', (text, expected) => expect(short(text)).toBe(expected));

  it.each([
    [
      '9521234543213',
      ['01/09521234543213 (GTIN)', '414/9521234543213 (GLN of a place)', '417/9521234543213'],
    ],
    ['09521234543213', ['write 01/09521234543213 (GTIN)']],
    ['012345678905', ['write 01/00012345678905 (GTIN)']],
    ['95212340', ['write 01/00000095212340 (GTIN)']],
    ['952-1234-54321 3', ['01/09521234543213 (GTIN)']],
    ['195212345000000015', ['00/195212345000000015 (SSCC)', '8018/195212345000000015']],
    ['95212345432130009', ['is 17 digits', 'with a right check digit', 'such as 01/']],
    ['9521234543214', ['is 13 digits and no GTIN, GLN or SSCC with a right check digit']],
    ['4711', ['is 4 digits', 'such as 01/ before a GTIN']],
  ])('is not guessed where it is digits alone: %s', (text, hints) => {
    for (const hint of hints) expect(refusal(text)).toContain(hint);
  });

  it.each([
    ['0109521234543213', 'looks like a scan; write 01/09521234543213 if it is one'],
    [
      '010952123454321310LOT-1',
      'looks like a scan; write 01/09521234543213/10/LOT-1 if it is one, or put ]C1 before it',
    ],
    ['00195212345000000015', 'looks like a scan; write 00/195212345000000015'],
    ['(10)LOT-1', 'has no key, such as (01)'],
    ['(01)09521234543213(00)195212345000000015', 'names two keys, (01) and (00); write only one of them'],
    ['/01/09521234543213/10/A', 'perhaps 01/09521234543213/10/A is meant'],
    ['shop.example/x/01/9521234543213/10/A?17=251231', 'perhaps 01/09521234543213/10/A is meant'],
    ['9521234543213/10/A', 'perhaps 01/09521234543213/10/A is meant'],
    ['gtin/09521234543213/lot/A', 'perhaps 01/09521234543213/10/A is meant'],
    ['10/A/01/09521234543213', 'perhaps 01/09521234543213/10/A is meant'],
    ['id.gs1.org/01/09521234543213', 'perhaps 01/09521234543213 is meant'],
    ['01/09521234543214', 'has a wrong check digit'],
    ['01/952', 'is not a valid gtin (01)'],
    ['00/', 'is not a valid sscc (00)'],
    ['https://id.gs1.org/AQnYUc1gmiQK', 'resolve it first'],
    ['', 'is empty'],
    ['1'.repeat(2049), 'is longer than 2048 characters'],
  ])('is answered with how to write it: %s', (text, hint) => expect(refusal(text)).toContain(hint));

  it('is a text as it is, and not read further, in double quotes', () => {
    expect(understand('"01/09521234543213"').traceId).toBe('01/09521234543213');
    expect(understand('"4711"').traceId).toBe('4711');
    expect(understand('"shop.example/01/09521234543213"').traceId).toBe('shop.example/01/09521234543213');
    expect(refusal('""')).toContain('is empty');
  });

  it('may stand in a key of the state', () => {
    expect(typedKey('trace/01/09521234543213')).toBe('trace/https://id.gs1.org/01/09521234543213');
    expect(typedKey('trace/]C1010952123454321310A')).toBe('trace/https://id.gs1.org/01/09521234543213/10/A');
    expect(typedKey('meta/domain')).toBe('meta/domain');
  });

  it('never makes it throw anything but its refusal, and what is printed is understood again', () => {
    const pieces = fc.constantFrom(
      ']C1',
      ']Q1',
      '(01)',
      '(10)',
      '01',
      '10',
      '09521234543213',
      GS,
      'A',
      '/',
      ' ',
      '␝',
      'https://id.gs1.org/',
      'urn:epc:',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 6 }),
        (parts) => {
          const said = refusal(parts.join(''));
          const [, printed] = /^understood as (https:\/\/id.*|\d+\/.*)$/s.exec(said) ?? [];
          if (printed !== undefined) expect(refusal(printed)).toBe(said);
        },
      ),
      { numRuns },
    );
  });
});

describe('what is said of it first', () => {
  const said = (text: string): readonly string[] => understoodText(text, understand(text));

  it('is what it was understood as, unless it was typed so', () => {
    expect(said('01/09521234543213/10/A')).toEqual([]);
    expect(said('https://id.gs1.org/01/09521234543213/10/A')).toEqual([]);
    expect(said('urn:a:b')).toEqual([]);
    expect(said('(10)A(01)09521234543213')).toEqual(['understood as 01/09521234543213/10/A (lot)']);
    expect(said('01/9521234543213')).toEqual(['understood as 01/09521234543213 (class)']);
  });

  it('has what a scan held, and the lot beside a serial number', () => {
    expect(said(`]C1010952123454321310A${GS}21B`)).toEqual([
      'understood as 01/09521234543213/21/B (instance), of lot 01/09521234543213/10/A, from (01)09521234543213(10)A(21)B',
    ]);
  });

  it('has what is odd about it', () => {
    expect(said('https://shop.example/01/09521234543213?10=A').at(-1)).toContain('perhaps');
    expect(understand('01/09521234543213').warnings).toEqual([]);
  });
});
