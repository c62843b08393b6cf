import { describe, expect, it } from '@jest/globals';
import { errorOf } from '../testing/error-of.js';
import { hashTextOf, identify } from './index.js';

const GTIN = '01/09521234000884';
const gs1 = (path: string): string => `https://id.gs1.org/${path}`;

/** Hash texts and TraceIDs that spellings have, each once. */
function equal(...spellings: readonly string[]): { readonly hashTexts: number; readonly traceIds: number } {
  const found = spellings.map(identify);
  const count = (texts: readonly string[]): number => new Set(texts).size;
  return {
    hashTexts: count(found.map(({ hashText }) => hashText)),
    traceIds: count(found.map(({ traceId }) => traceId)),
  };
}

describe('the table of equalities', () => {
  const ONE = { hashTexts: 1, traceIds: 1 };

  it.each([
    ['URN and link', 'urn:epc:id:sgtin:9521234.000088.S2', gs1(`${GTIN}/21/S2`)],
    ['hosts', gs1(`${GTIN}/21/S2`), `HTTP://u@brand.example:8080/p/q/${GTIN}/21/S2/#top`],
    ['order', gs1(`${GTIN}/10/L/21/S2`), gs1(`${GTIN}/21/S2/10/L`)],
    ['short names', gs1(`${GTIN}/21/S2`), gs1('GTIN/09521234000884/ser/S2')],
    ['padding', gs1(`${GTIN}/21/S2`), gs1('01/9521234000884/21/S2')],
    ['10 beside 21', gs1(`${GTIN}/10/L1/21/S2`), gs1(`${GTIN}/21/S2`)],
    ['22', gs1(`${GTIN}/22/2A`), gs1(GTIN)],
    ['235 beside 21', gs1(`${GTIN}/235/T/21/S2`), gs1(`${GTIN}/21/S2`)],
    ['7040', gs1('417/9999999999994/7040/1ABC'), gs1('417/9999999999994')],
    ['8019', gs1('8017/401234500000000074/8019/1'), gs1('8017/401234500000000074')],
    ['any query', `${gs1(`${GTIN}/21/S2`)}?10=L1&17=261231`, `${gs1(`${GTIN}/21/S2`)}?21=S9`],
    ['a pattern and the class', 'urn:epc:idpat:sgtin:9521234.000556.*', gs1('01/09521234005568')],
    ['brackets and their escapes', gs1(`${GTIN}/21/A(1)`), gs1(`${GTIN}/21/A%281%29`)],
    ['white space', ` ${gs1(GTIN)}\n`, gs1(GTIN)],
  ])('%s: one hash text, one TraceID', (_, a, b) => {
    expect(equal(a, b)).toEqual(ONE);
  });

  it.each([
    ['410 on two hosts', gs1('410/9521234500018'), 'https://x.example/410/9521234500018'],
    ['8013', gs1('8013/9521234ABC'), 'http://id.gs1.org/gmn/9521234ABC'],
    ['an extension of 0', gs1('414/9521234500018/254/0'), gs1('414/9521234500018')],
    [
      'UUIDs',
      'urn:uuid:4898A223-216A-4F46-9E18-338CCF6FA3BA',
      'urn:uuid:4898a223-216a-4f46-9e18-338ccf6fa3ba',
    ],
    ['addresses', 'HTTP://Example.com:80', 'http://example.com/'],
    ['element strings', '(01)09521234000884(21)S2', gs1(`${GTIN}/21/S2`)],
  ])('%s: two hash texts, one TraceID', (_, a, b) => {
    expect(equal(a, b)).toEqual({ hashTexts: 2, traceIds: 1 });
  });

  it('a wrong check digit on another host: two of each, both URIs', () => {
    const spellings = ['https://x.example/01/09521234000885', 'https://y.example/01/09521234000885'];
    expect(equal(...spellings)).toEqual({ hashTexts: 2, traceIds: 2 });
    for (const text of spellings) expect(identify(text).traceId).toBe(text);
  });

  it('what is not equal stays apart', () => {
    const texts = ['21/S2', '21/s2', '21/02', '21/2', '10/S2', '235/S2'].map((rest) =>
      gs1(`${GTIN}/${rest}`),
    );
    const others = [
      'http://a.example/x',
      'https://a.example/x',
      'https://a.example/x/',
      'https://a.example/./x',
    ];
    const all = [...texts, ...others, 'lot 7', 'Lot 7'];
    expect(equal(...all)).toEqual({ hashTexts: all.length, traceIds: all.length });
  });
});

describe('the nature of an identifier', () => {
  it.each([
    ['01/09521234000884', 'class'],
    ['01/09521234000884/10/L', 'lot'],
    ['01/09521234000884/10/L/21/S', 'instance'],
    ['01/09521234000884/235/T', 'instance'],
    ['8006/095212340008840102', 'class'],
    ['8006/095212340008840102/10/L', 'lot'],
    ['8006/095212340008840102/21/S', 'instance'],
    ['8003/04012345000221', 'class'],
    ['8003/040123450002217', 'instance'],
    ['253/4012345000092', 'class'],
    ['253/4012345000092A', 'instance'],
    ['255/4012345999990', 'class'],
    ['255/40123459999904', 'instance'],
    ['8010/9521234AB', 'class'],
    ['8010/9521234AB/8011/1', 'instance'],
    ['8013/9521234ABC', 'class'],
    ['00/340123451111111111', 'instance'],
    ['414/9521234500018', 'instance'],
    ['8004/9521234A', 'instance'],
  ])('%s: %s', (path, nature) => {
    expect(identify(gs1(path)).nature).toBe(nature);
  });

  it('of others is that of one thing', () => {
    for (const text of ['lot 7', 'urn:uuid:1', 'https://example.com/lots/7']) {
      expect(identify(text)).toMatchObject({ nature: 'instance', lot: null, warnings: [] });
    }
  });
});

describe('the lot of an item', () => {
  const LOT = gs1(`${GTIN}/10/L1`);

  it.each([
    [gs1(`${GTIN}/10/L1/21/S1`), LOT],
    [gs1(`${GTIN}/235/T/lot/L1`), LOT],
    ['(01)09521234000884(21)S1(10)L1', LOT],
    ['https://brand.example.com/p/01/09521234000884/21/S1?17=261231&10=L1', LOT],
    [`${gs1(`${GTIN}/21/S1`)}?%31%30=L1`, LOT],
    [`${gs1(`${GTIN}/10/L1/21/S1`)}?10=L2`, LOT],
    [gs1('8006/095212340008840102/10/L1/21/S'), gs1('8006/095212340008840102/10/L1')],
    [`${gs1(`${GTIN}/21/S1`)}?10=L1&10=L2`, null],
    [`${gs1(`${GTIN}/21/S1`)}?10=%C3%A9`, null],
    [`${gs1(GTIN)}?10=L1`, null],
    [gs1(`${GTIN}/10/L1`), null],
    [`${gs1('8004/9521234A')}?10=L1`, null],
  ])('%s', (text, lot) => {
    expect(identify(text).lot).toBe(lot);
  });
});

describe('aliases of the path on the host of GS1', () => {
  const meant = gs1(`${GTIN}/21/S`);

  it.each([
    'https://id.gs1.org/./01/09521234000884/21/S',
    'https://id.gs1.org/%30%31/09521234000884/21/S',
    'https://id.gs1.org//01/09521234000884/21/S',
    'https://id.gs1.org/01//09521234000884/21/S',
    'https://id.gs1.org/01/09521234000884/21/S/.',
    'https://id.gs1.org/01/09521234000884/%32%31/S',
    'https:\\\\id.gs1.org\\01\\09521234000884\\21\\S',
    'https://id.gs1.org\\01\\09521234000884\\21\\S',
    'https:id.gs1.org/01/09521234000884/21/S',
    'https:/id.gs1.org/01/09521234000884/21/S',
    'https:///id.gs1.org/01/09521234000884/21/S',
    'https:\\\\%69d.gs1.org/01/09521234000884/21/S',
    'https://%69d.gs1.org//01/09521234000884/21/S',
    'https://id.gs1.org./x/../01/09521234000884/21/S',
    'https://id.gs1.org/x/../01/09521234000884/21/S',
    'https://u@id.gs1.org:8443/x/%2e%2e/01/09521234000884/21/S',
    'https://id.gs1.org/%67tin/09521234000884/21/S',
    'https://id.gs1.org/stem/p/01/09521234000884/21/S',
    'https://id.gs1.org/21/S/01/09521234000884',
    'ftp://id.gs1.org/01/09521234000884/21/S',
    '//id.gs1.org/01/09521234000884/21/S',
    'id.gs1.org/01/09521234000884/21/S',
    'ID.GS1.ORG:443/01/09521234000884/21/S',
  ])('%s is refused with the right spelling', (text) => {
    const error = errorOf(() => identify(text));
    expect(error).toMatchObject({ code: 'BAD_TRACE_ID', detail: { meant } });
    expect(error.message).toContain(meant);
    expect(hashTextOf(text)).toBe(text);
  });

  it.each([
    ['a wrong check digit', 'https://id.gs1.org/01/09521234000885', 'after 0952123400088 it should be 4'],
    ['a compressed link', 'https://id.gs1.org/DBHKVAdpQgqrCvXKSpA', 'resolve it first'],
    ['an unknown AI', 'https://id.gs1.org/01/09521234000884/99/x', '"99" does not qualify gtin'],
    ['a serial number of dots', 'https://id.gs1.org/01/09521234000884/21/..', 'no valid ser (21)'],
  ])('%s is refused, and nothing is guessed', (_, text, why) => {
    const error = errorOf(() => identify(text));
    expect(error.detail['meant']).toBeUndefined();
    expect(error.message).toContain(why);
  });

  it('is not what only looks like it', () => {
    for (const text of [
      'https://id.gs1.org@x.example/a',
      'mailto:a@id.gs1.org',
      'https://x.example/id.gs1.org/',
    ]) {
      expect(identify(text).traceId).toBe(text);
    }
  });
});

describe('elsewhere', () => {
  it.each([
    'https://x.example/./01/09521234000884/21/S',
    'https://x.example//01/09521234000884/21/S',
    'https://x.example/x/../01/09521234000884/21/S',
    'https://x.example/%30%31/09521234000884/%73er/S',
    'https://x.example/%67tin/09521234000884/21/S',
  ])('%s has a stem or escapes and is read', (text) => {
    expect(identify(text)).toMatchObject({ traceId: gs1(`${GTIN}/21/S`), warnings: [] });
    expect(hashTextOf(text)).toBe(gs1(`${GTIN}/21/S`));
  });

  it.each([
    ['https://x.example/01/09521234000885/21/S', null],
    ['https://x.example/01/09521234000884/./21/S', gs1(`${GTIN}/21/S`)],
    ['https://x.example/01/09521234000884/21/S//', gs1(`${GTIN}/21/S`)],
    ['https://x.example/01/09521234000884/more', null],
    ['https://x.example/p/DBHKVAdpQgqrCvXKSpA?x=1', null],
    ['https://x.example/AQnYUc1gmiERBhRYL4R', null],
    ['https:x.example/01/09521234000884/21/S', gs1(`${GTIN}/21/S`)],
    ['https://x.example\\01\\09521234000884\\21\\S', gs1(`${GTIN}/21/S`)],
  ])('%s is a URI, with a warning', (text, meant) => {
    const { traceId, nature, warnings } = identify(text);
    expect([traceId, nature]).toEqual([text, 'instance']);
    expect(warnings).toMatchObject([{ message: expect.stringContaining('not as a GS1 identifier'), meant }]);
  });

  it('a segment that only has the letters of a compressed link is not taken for one', () => {
    for (const name of [
      'DBHKVAdqQgqrCvXKSpA',
      'DBHKVBdpQgqrCvXKSpA',
      'warehouses',
      'AAAAAAAAAA',
      'A'.repeat(101),
    ]) {
      expect(identify(`https://x.example/${name}`).warnings).toEqual([]);
    }
  });

  it('a qualifier before the key is part of the stem, with a warning', () => {
    expect(identify('https://x.example/21/2018/01/09521234000600')).toMatchObject({
      traceId: gs1('01/09521234000600'),
      warnings: [
        {
          message: expect.stringContaining('ser (21) before its key'),
          meant: gs1('01/09521234000600/21/2018'),
        },
      ],
    });
  });

  it('what identifies does not stand in a query: the warning says where it belongs', () => {
    const warned = (text: string): (string | null)[] => identify(text).warnings.map(({ meant }) => meant);
    expect(warned(`${gs1(GTIN)}?21=S`)).toEqual([gs1(`${GTIN}/21/S`)]);
    expect(warned(`${gs1(`${GTIN}/10/L`)}?ser=S`)).toEqual([gs1(`${GTIN}/21/S`)]);
    expect(warned(`${gs1(GTIN)}?10=L`)).toEqual([gs1(`${GTIN}/10/L`)]);
    expect(warned(`${gs1('414/9521234500018')}?254=A`)).toEqual([gs1('414/9521234500018/254/A')]);
    expect(warned(`${gs1(`${GTIN}/21/S`)}?10=L&17=261231&22=V`)).toEqual([]);
    expect(warned('https://x.example/lots/7?21=S')).toEqual([]);
  });

  it.each(['?10=L1&10=L2', '?10=L1;lot=L2', '?10=A%20B', '?10=', '/10/L1?10=L2'])(
    'a lot in the query that is not linked is said: %s',
    (rest) => {
      const [path = '', query = ''] = rest.split('?');
      const { warnings } = identify(`${gs1(`${GTIN}/21/S${path}`)}?${query}`);
      expect(warnings).toEqual([{ message: expect.stringContaining('is not linked'), meant: null }]);
    },
  );

  it('nothing is said of a lot in the query that is the one in the path', () => {
    expect(identify(`${gs1(`${GTIN}/21/S/10/L1`)}?10=L1`).warnings).toEqual([]);
  });
});

describe('hash texts', () => {
  it('of what is no identifier are the text, without the white space around it', () => {
    for (const text of ['', 'é', '(01)09521234000884', 'urn:epc:id:sgtin:1.2.3', 'x'.repeat(100_000)]) {
      expect(hashTextOf(`\u00a0${text}\n`)).toBe(text);
    }
  });

  it('of links may be longer than an identifier', () => {
    expect(hashTextOf(`${gs1(GTIN)}?${'a'.repeat(100_000)}`)).toBe(gs1(GTIN));
  });
});
