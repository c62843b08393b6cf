import { describe, expect, it } from '@jest/globals';
import { CotraceError } from '../errors.js';
import { canonicalTraceId, checkTraceId } from './trace-id.js';

const gs1 = (path: string): string => `https://id.gs1.org/${path}`;

function refusal(action: () => unknown): CotraceError {
  try {
    action();
  } catch (error) {
    if (error instanceof CotraceError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('EPC URNs become Digital Links', () => {
  it.each([
    ['urn:epc:id:sgtin:0614141.107346.2017', '01/10614141073464/21/2017'],
    ['urn:epc:id:sgtin:4012345.011111.9876', '01/04012345111118/21/9876'],
    ['urn:epc:id:sgtin:415056789012.0.987654', '01/04150567890128/21/987654'],
    [
      'urn:epc:id:sgtin:0614141.812345.6789%2F%26%25%22!%3F()',
      '01/80614141123458/21/6789%2F%26%25%22%21%3F%28%29',
    ],
    ['urn:epc:id:sgtin:0614141.107346.a.b', '01/10614141073464/21/a.b'],
    ['urn:epc:class:lgtin:4012345.012345.Lot987', '01/04012345123456/10/Lot987'],
    ['urn:epc:id:sscc:4012345.3111111111', '00/340123451111111111'],
    ['urn:epc:id:sgln:4012345.00005.122', '414/4012345000054/254/122'],
    ['urn:epc:id:sgln:4012345.00005.0', '414/4012345000054'],
    ['urn:epc:id:pgln:999999999999.', '417/9999999999994'],
    ['urn:epc:id:grai:4012345.00022.334455', '8003/04012345000221334455'],
    ['urn:epc:id:giai:4012345.ABC345', '8004/4012345ABC345'],
    ['urn:epc:id:gsrn:4012345.0000006765', '8018/401234500000067657'],
    ['urn:epc:id:gsrnp:4012345.0000000007', '8017/401234500000000074'],
    ['urn:epc:id:gdti:4012345.00009.PO-4711', '253/4012345000092PO-4711'],
    ['urn:epc:id:gdti:987659999999..9', '253/98765999999929'],
    ['urn:epc:id:sgcn:4012345.99999.44', '255/401234599999044'],
    ['urn:epc:id:cpi:0614141.11111111111111-A%23%2F.1234', '8010/061414111111111111111-A%23%2F/8011/1234'],
    ['urn:epc:id:ginc:0614141.xyz47%2f11', '401/0614141xyz47%2F11'],
    ['urn:epc:id:gsin:4012345.222333444', '402/40123452223334442'],
    ['urn:epc:id:itip:4012345.011111.01.02.987', '8006/040123451111180102/21/987'],
    [
      'urn:epc:id:upui:1234567.098765.51qIgY)%3C%26Jp3*j7SDB',
      '01/01234567987651/235/51qIgY%29%3C%26Jp3%2Aj7SDB',
    ],
    ['URN:EPC:ID:SGTIN:0614141.107346.2017', '01/10614141073464/21/2017'],
    ['urn:epc:idpat:sgtin:9521234.000556.*', '01/09521234005568'],
    ['urn:epc:idpat:upui:9521234.000556.*', '01/09521234005568'],
    ['urn:epc:idpat:grai:4012345.00022.*', '8003/04012345000221'],
    ['urn:epc:idpat:gdti:4012345.00009.*', '253/4012345000092'],
    ['urn:epc:idpat:sgcn:4012345.99999.*', '255/4012345999990'],
    ['urn:epc:idpat:cpi:0614141.AB%2F1.*', '8010/0614141AB%2F1'],
    ['URN:EPC:IDPAT:ITIP:4012345.012345.01.02.*', '8006/040123451234560102'],
  ])('%s', (urn, path) => {
    expect(canonicalTraceId(urn)).toBe(gs1(path));
  });

  it.each([
    'urn:epc:id:sgtin:0614141.10734.2017',
    'urn:epc:id:sgtin:06141410.107346.2017',
    'urn:epc:id:sgtin:0614141.107346',
    'urn:epc:id:sgtin:0614141.107346.',
    'urn:epc:id:sgtin:0614141.107346.123456789012345678901',
    'urn:epc:id:sgtin:0614141.107346.%zz',
    'urn:epc:id:sgtin:0614141.107346.a b',
    'urn:epc:id:sscc:4012345.311111111X',
    'urn:epc:id:giai:40123.ABC',
    'urn:epc:id:giai:4012345.',
    'urn:epc:id:cpi:0614141.abc.1',
    'urn:epc:id:itip:4012345.011111.1.102.987',
    'urn:epc:id:itip:4012345.011111.010.2.987',
    'urn:epc:idpat:itip:4012345.012345.1.02.*',
    'urn:epc:class:lgtin:4012345.012345',
  ])('refuses the broken %s', (urn) => {
    expect(refusal(() => canonicalTraceId(urn)).code).toBe('BAD_TRACE_ID');
  });

  it.each([
    ['urn:epc:id:gid:95100000.12345.400', 'urn:epc:id:gid:95100000.12345.400'],
    ['urn:EPC:ID:USDOD:2S194.12345678901', 'urn:epc:id:usdod:2S194.12345678901'],
    ['urn:epc:id:adi:35962.PQ7VZ4%2f2.M37GXB92', 'urn:epc:id:adi:35962.PQ7VZ4%2F2.M37GXB92'],
    ['urn:epc:id:adi:W81X9C..%2312', 'urn:epc:id:adi:W81X9C..%2312'],
    ['urn:epc:id:bic:CSQU3054383', 'urn:epc:id:bic:CSQU3054383'],
    ['urn:epc:id:imovn:9176187', 'urn:epc:id:imovn:9176187'],
  ])('%s has no link and stays a URN', (urn, traceId) => {
    expect(canonicalTraceId(urn)).toBe(traceId);
  });

  it.each([
    ['urn:epc:idpat:sgtin:4012345.*.*', null],
    ['urn:epc:idpat:sgtin:*.*.*', null],
    ['urn:epc:idpat:sgtin:4012345.098765.1', 'urn:epc:id:sgtin:4012345.098765.1'],
    ['urn:epc:idpat:sscc:4012345.*', null],
    ['urn:epc:id:sgtn:0614141.107346.2017', 'urn:epc:id:sgtin:0614141.107346.2017'],
    ['urn:epc:id:lgtin:4012345.012345.Lot987', 'urn:epc:class:lgtin:4012345.012345.Lot987'],
    ['urn:epc:clas:lgtin:4012345.012345.Lot987', 'urn:epc:class:lgtin:4012345.012345.Lot987'],
    ['urn:epc:class:idpat:4012345.012345.Lot987', null],
    ['urn:epc:id:something-else:1', null],
    ['urn:epc:', null],
    ['urn:epc:tag:sgtin-96:3.0614141.107346.2017', 'urn:epc:id:sgtin:0614141.107346.2017'],
    ['urn:epc:tag:gid-96:95100000.12345.400', 'urn:epc:id:gid:95100000.12345.400'],
    ['urn:epc:tag:sgtin-96:3.0614141.10734.2017', null],
    ['urn:epc:raw:96.x3034257BF400B7800004CB2F', null],
    ['urn:epc:id:gid:095100000.12345.400', null],
    ['urn:epc:id:bic:CSQX3054383', null],
    ['urn:epc:id:imovn:917618', null],
    ['urn:epc:id:sgtin:0614141.107346.%2E', null],
  ])('refuses %s, and says what was meant', (urn, meant) => {
    expect(refusal(() => canonicalTraceId(urn)).detail['meant'] ?? null).toBe(meant);
  });
});

describe('Digital Links on any host become the one of GS1', () => {
  it.each([
    ['https://id.gs1.org/01/09521141012345/10/ABC/21/1', '01/09521141012345/21/1'],
    ['HTTP://ID.GS1.ORG/01/09521141012345', '01/09521141012345'],
    ['https://id.gs1.org:443/01/09521141012345/', '01/09521141012345'],
    [
      'https://shop.example.com:8443/some/stem/01/09521141012345/21/A?17=260101#top',
      '01/09521141012345/21/A',
    ],
    [`https://x1${'/01'.repeat(100)}/01/09521141012345/22/A/10/B/21/C/235/D`, '01/09521141012345/21/C'],
    ['https://example.com/gtin/9780345418913/ser/765tz', '01/09780345418913/21/765tz'],
    ['http://example.de/gtin-8/01/96385074', '01/00000096385074'],
    ['https://id.gs1.org/01/09521141012345/21/A/10/B/22/C', '01/09521141012345/21/A'],
    ['https://id.gs1.org/01/09521141012345?21=A&linkType=all', '01/09521141012345'],
    ['https://id.gs1.org/01/09521141012345/21/%61%2f%2B%28', '01/09521141012345/21/a%2F%2B%28'],
    ['https://id.gs1.org/417/9999999999994/7040/1ABC', '417/9999999999994'],
    ['https://id.gs1.org/8018/401234500000067657/8019/7', '8018/401234500000067657'],
    ['https://id.gs1.org/414/4012345000054/254/0', '414/4012345000054'],
    ['https://x.example/%30%31/09521141012345/%73er/A', '01/09521141012345/21/A'],
    ['https://id.gs1.org/8010/0628165987/8011/9876', '8010/0628165987/8011/9876'],
    ['https://id.gs1.de/414/4012345000115', '414/4012345000115'],
    ['(10)ABC(17)260101(01)09521141012345 (21) A1', '01/09521141012345/21/A1'],
    ['(00)340123451111111111', '00/340123451111111111'],
  ])('%s', (text, path) => {
    expect(canonicalTraceId(text)).toBe(gs1(path));
  });

  it.each([
    'https://id.gs1.org/01/09521141012346',
    'https://id.gs1.org/01/0952114101234',
    'https://id.gs1.org/01/09521141012345/99/x',
    'https://id.gs1.org/01/09521141012345/21',
    'https://id.gs1.org/01/09521141012345/21/a/21/b',
    'https://id.gs1.org/01/09521141012345/21/..',
    'https://id.gs1.org/voc/Thing',
    'https://id.gs1.org/',
    'https://id.gs1.org',
    'https://id.gs1.org?01=09521141012345',
    'https://id.gs1.org/01/09521141012345//',
    'https://id.gs1.org/stem/01/09521141012345',
    'https://id.gs1.org/DBHKVAdpQgqrCvXKSpA',
    'https://id.gs1.org/01/09521141012345/21/%C3%A9',
    'https://id.gs1.org/01/09521141012345/21/%',
    '(01)09521141012346',
    `(01)09521141012345${'(17)260101'.repeat(64)}`,
    '(01)09521141012345(00)340123451111111111',
  ])('refuses the broken %s', (text) => {
    expect(refusal(() => canonicalTraceId(text)).code).toBe('BAD_TRACE_ID');
  });

  it.each([
    'http://transaction.acme.com/po/12345678',
    'https://example.com/01/09521141012346',
    'https://example.com/01/09521141012345/99/x',
    `https://x1${'/01'.repeat(160)}`,
    'https://example.com/',
    'urn:epcglobal:cbv:bt:0614141073467:1152',
    'RICE-2026/1+B',
    '(see note) box 7',
  ])('takes %s for what it is', (text) => {
    expect(canonicalTraceId(text)).toBe(text);
  });
});

describe('a TraceID as text', () => {
  it('is normalised to NFC and may hold inner spaces', () => {
    expect(canonicalTraceId('caf\u0065\u0301 7')).toBe('caf\u00e9 7');
    expect(refusal(() => checkTraceId('caf\u0065\u0301 7')).detail).toEqual({
      traceId: 'caf\u0065\u0301 7',
      canonical: 'caf\u00e9 7',
    });
  });

  it('has at most 30 combining marks in a row', () => {
    expect(canonicalTraceId(`a${'\u0301'.repeat(30)}`)).toHaveLength(30);
    expect(refusal(() => canonicalTraceId(`a${'\u0301'.repeat(31)}`)).code).toBe('BAD_TRACE_ID');
  });

  it('has 1 to 512 bytes of UTF-8', () => {
    expect(canonicalTraceId('é'.repeat(256))).toHaveLength(256);
    for (const text of ['', 'é'.repeat(257), 'x'.repeat(1e6)]) {
      expect(refusal(() => canonicalTraceId(text)).code).toBe('BAD_TRACE_ID');
    }
  });

  it.each([
    ['urn:UUID:4898A223-216A-4F46-9E18-338CCF6FA3BA', 'urn:uuid:4898a223-216a-4f46-9e18-338ccf6fa3ba'],
    ['URN:EPCGlobal:cbv:BT:1', 'urn:epcglobal:cbv:BT:1'],
    ['DID:WEB:example.com:A', 'did:web:example.com:A'],
    ['HTTPS://Example.COM:443', 'https://example.com/'],
    ['http://u%7E@example.com:80/%7euser/%c3%A9?%41#%2d', 'http://u~@example.com/~user/%C3%A9?A#-'],
    ['http://example.com:443/a/../b/', 'http://example.com:443/a/../b/'],
    ['https://example.com/%4%31', 'https://example.com/%4%31'],
    ['HTTPS://Example.com/é', 'HTTPS://Example.com/é'],
    ['HTTPS://Example.com::443/', 'HTTPS://Example.com::443/'],
    ['HTTPS://[2001:DB8::1]:443/', 'https://[2001:db8::1]/'],
    ['tag:Example.com,2026:A', 'tag:Example.com,2026:A'],
    ['  lot 7\u3000', 'lot 7'],
  ])('%j is written as its own standard calls it equal', (text, traceId) => {
    expect(canonicalTraceId(text)).toBe(traceId);
    expect(canonicalTraceId(traceId)).toBe(traceId);
  });

  it.each([
    'a\nb',
    'a\u0000b',
    'a\u200bb',
    'a\ufeffb',
    'a\u3164b',
    'a\u034fb',
    'a\u2028b',
    'a\u2800b',
    'a\ufe0fb',
    'a\u00a0b',
    'a\u{1c89}b',
    'a\u0378b',
    '\u3164',
    ' \n',
    '\ud800',
    'a\udc00b',
    '\u202ea',
  ])('refuses %j', (text) => {
    const error = refusal(() => canonicalTraceId(text));
    expect(error.code).toBe('BAD_TRACE_ID');
    expect(JSON.stringify(error.detail)).not.toContain('\\ud800');
  });

  it('is refused by the check in every form but the canonical one, which is named', () => {
    expect(() => checkTraceId('https://id.gs1.org/01/09521141012345/10/ABC')).not.toThrow();
    for (const text of [
      'http://id.gs1.org/01/09521141012345/10/ABC',
      'https://id.gs1.org/01/9521141012345/10/ABC',
      'https://id.gs1.org/01/09521141012345/10/%41BC',
      'https://id.gs1.org/gtin/09521141012345/lot/ABC',
      'urn:epc:class:lgtin:9521141.001234.ABC',
      '(10)ABC(01)09521141012345',
      ' https://id.gs1.org/01/09521141012345/10/ABC',
    ]) {
      expect(refusal(() => checkTraceId(text)).detail['canonical']).toBe(
        'https://id.gs1.org/01/09521141012345/10/ABC',
      );
    }
  });
});
