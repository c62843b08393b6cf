import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex } from '../bytes/bytes.js';
import { canonicalJson, hashCanonical } from './canonical-json.js';
import { MAX_JSON_DEPTH } from './json-value.js';
import { parseStrictJson } from './strict-json.js';
import { codePoint } from './testing/code-points.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

describe('canonical JSON', () => {
  it('sorts members by UTF-16 code units, as the example of RFC 8785, section 3.2.3, does', () => {
    const value = { '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 };
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it('writes numbers, words and strings as the example of RFC 8785, section 3.2.2, does', () => {
    const value: unknown = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001,-0],` +
        String.raw`"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    );
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],' +
        String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  const refusals: readonly (readonly [string, unknown, string])[] = [
    ['undefined', undefined, '$'],
    ['a member that is undefined', { a: { b: undefined } }, '$.a.b'],
    ['NaN', [1, Number.NaN], '$[1]'],
    ['an infinite number', { a: -Infinity }, '$.a'],
    ['a bigint', { a: 1n }, '$.a'],
    ['a function', { toJSON: () => 1 }, '$.toJSON'],
    ['a symbol', [Symbol('a')], '$[0]'],
    ['a member named by a symbol', { [Symbol('a')]: 1 }, '$'],
    ['a lone surrogate', { a: 'x\ud800' }, '$.a'],
    ['a name with a lone surrogate', { a: { '\udc00': 1 } }, '$.a'],
    ['an array with a hole', [1, , 2], '$'],
    ['an array with a member', Object.assign([1], { extra: 1 }), '$'],
    ['a date', { a: new Date(0) }, '$.a'],
    ['bytes', { a: new Uint8Array(2) }, '$.a'],
    ['a map', new Map(), '$'],
    ['a boxed string', Object('text'), '$'],
  ];

  it.each(refusals)('refuses %s', (_name, value, place) => {
    expect(() => canonicalJson(value)).toThrow(
      expect.objectContaining({ code: 'NO_CANONICAL_JSON', detail: { place } }),
    );
  });

  it('refuses what nests too deep, a cycle too, and takes what is just not too deep', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const value of [cycle, nested(MAX_JSON_DEPTH + 1)]) {
      expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'NO_CANONICAL_JSON' }));
    }
    expect(canonicalJson(nested(MAX_JSON_DEPTH))).toHaveLength(2 * MAX_JSON_DEPTH + 1);
  });

  it('keeps a member named __proto__', () => {
    const value: unknown = JSON.parse('{"b":1,"__proto__":{"a":2}}');
    expect(canonicalJson(value)).toBe('{"__proto__":{"a":2},"b":1}');
  });

  it('means the same value, and does not depend on the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: codePoint }), (value) => {
        const text = canonicalJson(value);
        const parsed = parseStrictJson(text, 1e6);
        expect(parsed).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(parsed)).toBe(text);
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
      { numRuns: RUNS },
    );
  });

  it('is hashed as UTF-8', () => {
    expect(toHex(hashCanonical({ ö: 1 }))).toBe(
      'b7c45ab400363886a1d84c8e61ca57a344ce381bce56571e6361a75bcfcc79e4',
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reversed(member)]),
  );
}
