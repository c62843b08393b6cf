import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_JSON_DEPTH } from './json-value.js';
import { MAX_JSON_MEMBERS, parseStrictJson } from './strict-json.js';
import { codePoint } from './testing/code-points.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;

function expectRefusal(text: string, code: string, maxBytes = 1000): void {
  expect(() => parseStrictJson(text, maxBytes)).toThrow(expect.objectContaining({ code }));
}

describe('strict JSON', () => {
  it('takes what JSON.parse takes where no member is repeated', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ stringUnit: codePoint }),
        fc.constantFrom('', ' ', '\n\t'),
        (value, indent) => {
          const text = JSON.stringify(value, null, indent);
          expect(parseStrictJson(text, 1e6)).toEqual(JSON.parse(text));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('refuses a repeated member wherever it is', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
        fc.nat(),
        fc.constantFrom<(inner: string) => string>(
          (inner) => inner,
          (inner) => `[1,{"a":"}"},${inner}]`,
          (inner) => `{"x":{"y":[${inner}]},"z":"{"}`,
        ),
        (object, choice, around) => {
          const names = Object.keys(object);
          const name = names[choice % names.length] ?? '';
          const text = `${JSON.stringify(object).slice(0, -1)},${JSON.stringify(name)}:0}`;
          expectRefusal(around(text), 'DUPLICATE_MEMBER', 1e6);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('refuses a repeated member whose name is escaped in another way', () => {
    expectRefusal(String.raw`{"a":1,"\u0061":2}`, 'DUPLICATE_MEMBER');
    expectRefusal(String.raw`{"\\":1,"\u005c":2}`, 'DUPLICATE_MEMBER');
    expectRefusal(String.raw`{"/":1,"\/":2}`, 'DUPLICATE_MEMBER');
    expectRefusal('{"__proto__":1,"__proto__":2}', 'DUPLICATE_MEMBER');
  });

  it('takes equal names in different objects, and equal strings in arrays and values', () => {
    const text = String.raw`{"a":{"a":["a","a",{"a":"a"}],"b\\":"\\\""},"b\\":[{"a":1},{"a":1}]}`;
    expect(parseStrictJson(text, 1000)).toEqual(JSON.parse(text));
  });

  it('keeps __proto__ an own member', () => {
    const value = parseStrictJson('{"__proto__":{"x":1}}', 1000);
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it.each([
    [''],
    ['{'],
    ['{"a":1,}'],
    ['[1,]'],
    ['01'],
    ['+1'],
    ['.5'],
    ['NaN'],
    ["{'a':1}"],
    ['{a:1}'],
    ['1 2'],
    ['\ufeff1'],
    ['"\n"'],
    ['1e400'],
    [String.raw`"\ud800"`],
    [String.raw`{"\udc00":1}`],
    ['"\ud800"'],
    ['/**/1'],
  ])('refuses %j', (text) => {
    expectRefusal(text, 'BAD_JSON');
  });

  it('refuses a text that is too long in UTF-8, by one byte', () => {
    expect(parseStrictJson('"ö"', 4)).toBe('ö');
    expectRefusal('"ö"', 'TOO_LONG', 3);
    expectRefusal('"aaa"', 'TOO_LONG', 4);
  });

  it('refuses what nests too deep, however deep', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(() => parseStrictJson(nested(MAX_JSON_DEPTH + 1), 1e6)).not.toThrow();
    expectRefusal(nested(MAX_JSON_DEPTH + 2), 'BAD_JSON', 1e6);
    expectRefusal(nested(400_000), 'BAD_JSON', 1e6);
  });

  it('refuses an object of too many members, wherever it is, and takes any number of items', () => {
    const members = (count: number) => Array.from({ length: count }, (_, i) => `"m${i}":[1,2]`).join(',');
    expect(() => parseStrictJson(`[{${members(MAX_JSON_MEMBERS)}},1]`, 1e6)).not.toThrow();
    expectRefusal(`[{"a":1},{"b":{${members(MAX_JSON_MEMBERS + 1)}}}]`, 'BAD_JSON', 1e6);
    expect(parseStrictJson(`{"a":[${'1,'.repeat(50_000)}1],"b":1}`, 1e6)).toHaveProperty('b', 1);
  });

  it('takes time in proportion to hostile texts', () => {
    for (const text of [`["${'\\\\'.repeat(400_000)}"]`, `["${'\\"'.repeat(400_000)}"]`]) {
      expect(parseStrictJson(text, 1e6)).toHaveLength(1);
    }
    expectRefusal('"'.repeat(999_999), 'BAD_JSON', 1e6);
  });
});
