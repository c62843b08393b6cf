import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CotraceError, isCotraceError } from '../errors.js';
import type { JsonValue } from '../json/json-value.js';
import { parseStrictJson } from '../json/strict-json.js';
import { errorOf } from '../testing/error-of.js';
import { Shape } from './shape.js';
import type { ShapeSource } from './shape-error.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const CODES = ['BAD_JSON', 'TOO_LARGE'];

const shapeOf = (value: JsonValue, source: Partial<ShapeSource> = {}) =>
  new Shape(value, { code: 'BAD_JSON', ...source });

const said = (read: () => unknown): string => errorOf(read).message;

describe('a value from outside', () => {
  const value: JsonValue = {
    text: 'x',
    list: [1, 2],
    bytes: 'AQI',
    number: 2,
    u64: '18446744073709551615',
    hash: 'ab'.repeat(32),
    yes: true,
    none: null,
    inner: { a: 1 },
  };
  const root = shapeOf(value);

  it('is read member by member', () => {
    expect(root.only(Object.keys(value))).toBe(root);
    expect(root.names()).toEqual(Object.keys(value));
    expect(root.object()).toBe(value);
    expect(root.at('text').text()).toBe('x');
    expect(root.at('text').text({ rule: 'an x', like: /^x$/, least: 1, most: 1 })).toBe('x');
    expect(root.at('text').oneOf(['w', 'x'])).toBe('x');
    expect(
      root
        .at('list')
        .items(2, 2)
        .map((item) => item.integer(1, 2)),
    ).toEqual([1, 2]);
    expect(root.at('bytes').bytes(2)).toEqual(Uint8Array.of(1, 2));
    expect([root.at('number').integer(2, 3), root.at('number').integer(1, 2)]).toEqual([2, 2]);
    expect(root.at('u64').u64()).toBe(2n ** 64n - 1n);
    expect(root.at('hash').hash()).toEqual(new Uint8Array(32).fill(0xab));
    expect(root.at('hash').hex(32)).toEqual(new Uint8Array(32).fill(0xab));
    expect(root.at('yes').boolean()).toBe(true);
    expect(root.at('inner').object()).toEqual({ a: 1 });
  });

  it('may leave out members that are optional, or have null there', () => {
    for (const name of ['none', 'lost']) {
      expect(root.optional(name)).toBeNull();
      expect(root.section(name).names()).toEqual([]);
    }
    expect(root.optional('number')?.integer(1, 9) ?? 5).toBe(2);
    expect(root.optional('lost')?.integer(1, 9) ?? 5).toBe(5);
    expect(root.section('inner').at('a').integer(1, 1)).toBe(1);
    expect(root.at('none').isNull()).toBe(true);
    for (const name of ['number', 'lost']) expect(root.at(name).isNull()).toBe(false);
  });

  it('has no member that is its prototype’s', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(shapeOf({}).optional(name)).toBeNull();
      expect(said(() => shapeOf({}).at(name).object())).toBe(`${name} is missing; it must be an object`);
    }
    const own = shapeOf(parseStrictJson('{"__proto__":{"a":1}}', 100));
    expect(own.names()).toEqual(['__proto__']);
    expect(own.at('__proto__').at('a').integer(1, 1)).toBe(1);
    expect(own.optional('a')).toBeNull();
    expect(said(() => own.only(['a']))).toContain('unknown member "__proto__"');
  });

  const inMember = (read: (shape: Shape) => unknown) => (shape: Shape) => read(shape.at('a'));

  it.each<[string, JsonValue, (shape: Shape) => unknown]>([
    ['it must be an object, not a list', [], (shape) => shape.at('a')],
    ['it must be an object, not null', null, (shape) => shape.optional('a')],
    ['it must be an object, not "x"', 'x', (shape) => shape.only([])],
    ['a must be an object, not 7', { a: 7 }, inMember((a) => a.names())],
    ['a must be an object, not 7', { a: 7 }, (shape) => shape.section('a').only([])],
    ['it has the unknown member "b"; it may have a, c', { a: 1, b: 2 }, (shape) => shape.only(['a', 'c'])],
    ['a is missing; it must be text', {}, inMember((a) => a.text())],
    ['a must be text, not null', { a: null }, inMember((a) => a.text())],
    ['a must be a digit, not "x"', { a: 'x' }, inMember((a) => a.text({ rule: 'a digit', like: /^\d$/ }))],
    ['a must be a name, not ""', { a: '' }, inMember((a) => a.text({ rule: 'a name', least: 1 }))],
    [
      'a must be a name, of at most 2 characters, not "xyz"',
      { a: 'xyz' },
      inMember((a) => a.text({ rule: 'a name', most: 2 })),
    ],
    ['a must be one of x, y, not "z"', { a: 'z' }, inMember((a) => a.oneOf(['x', 'y']))],
    ['a must be "x", not "z"', { a: 'z' }, inMember((a) => a.oneOf(['x']))],
    ['a must be a list of at most 2 items, not an object', { a: {} }, inMember((a) => a.items(2))],
    ['a must be a list of at most 1 item, not "x"', { a: 'x' }, inMember((a) => a.items(1))],
    ['a must be a list of names, not 7', { a: 7 }, inMember((a) => a.items(2, 1, 'a list of names'))],
    ['a must have at least 1 item, not 0', { a: [] }, inMember((a) => a.items(2, 1))],
    ['a must have at most 2 items, not 3', { a: [1, 2, 3] }, inMember((a) => a.items(2))],
    ['a[1] must be an object, not 7', { a: [{}, 7] }, inMember((a) => a.items(2).map((b) => b.object()))],
    ['a must be true or false, not 0', { a: 0 }, inMember((a) => a.boolean())],
    ['a must be at most 1 bytes in base64url, not "AQI"', { a: 'AQI' }, inMember((a) => a.bytes(1))],
    ['a must be at most 1 bytes in base64url, not 7', { a: 7 }, inMember((a) => a.bytes(1))],
    [
      'a must be at most 1 bytes in lower-case hexadecimal, not "abcd"',
      { a: 'abcd' },
      inMember((a) => a.hex(1)),
    ],
    ['a must be at most 2 bytes in lower-case hexadecimal, not "AB"', { a: 'AB' }, inMember((a) => a.hex(2))],
    ['a must be 64 lower-case hexadecimal digits, not "ab"', { a: 'ab' }, inMember((a) => a.hash())],
    ['a must be a decimal number of 64 bits, as text, not "-1"', { a: '-1' }, inMember((a) => a.u64())],
    ['a must be a decimal number of 64 bits, as text, not 1', { a: 1 }, inMember((a) => a.u64())],
    ['a must be a whole number from 2 to 3, not 1', { a: 1 }, inMember((a) => a.integer(2, 3))],
    ['a must be a whole number from 2 to 3, not 4', { a: 4 }, inMember((a) => a.integer(2, 3))],
    ['a must be a whole number from 2 to 3, not 2.5', { a: 2.5 }, inMember((a) => a.integer(2, 3))],
    ['a must be a whole number from 2 to 3, not "2"', { a: '2' }, inMember((a) => a.integer(2, 3))],
    ['a is there twice', { a: '2' }, inMember((a) => a.fail('is there twice'))],
  ])('is refused otherwise: %s', (message, wrong, read) => {
    expect(errorOf(() => read(shapeOf(wrong)))).toMatchObject({ code: 'BAD_JSON', message });
  });

  it('keeps the reason, and lets errors pass that are not about the value', () => {
    const failing = (error: Error) => () =>
      shapeOf(7).check('right', () => {
        throw error;
      });
    const reason = new CotraceError('BAD_HEX', 'it is wrong');
    const { code, message, cause } = errorOf(failing(reason));
    expect([code, message, cause]).toEqual(['BAD_JSON', 'it must be right, not 7', reason]);
    expect(failing(new TypeError('a defect'))).toThrow(TypeError);
    expect(shapeOf(7).check('right', () => 'read')).toBe('read');
  });
});

describe('the error of a value from outside', () => {
  const value: JsonValue = { blocks: [{ body: 7, 'odd name': 7 }] };
  const block = (source: Partial<ShapeSource> = {}) =>
    shapeOf(value, source).at('blocks').items(1)[0] ?? shapeOf(null);

  it('has the field, the member that is missing or unknown, and the place', () => {
    const detailOf = (read: () => unknown) => errorOf(read).detail;
    expect(detailOf(() => block().at('body').text())).toEqual({ field: 'blocks[0].body' });
    expect(detailOf(() => block().at('odd name').text())).toEqual({ field: 'blocks[0]["odd name"]' });
    expect(detailOf(() => block().at('lost').text())).toEqual({ field: 'blocks[0]', member: 'lost' });
    expect(detailOf(() => block().only(['body']))).toEqual({ field: 'blocks[0]', member: 'odd name' });
    const source = {
      name: 'file',
      locate: (path: unknown) => JSON.stringify(path),
      evidence: { path: 'a.json' },
      advice: 'remove it',
      tooLarge: 'TOO_LARGE',
    } as const;
    expect(errorOf(() => block(source).at('body').text())).toMatchObject({
      message: '["blocks",0,"body"]: file.blocks[0].body must be text, not 7; remove it',
      detail: { path: 'a.json', field: 'file.blocks[0].body', place: '["blocks",0,"body"]' },
    });
    expect(said(() => block(source).at('lost').text())).toBe(
      '["blocks",0]: file.blocks[0].lost is missing; it must be text; remove it',
    );
    expect(errorOf(() => new Shape(undefined, { code: 'BAD_JSON' }).object())).toMatchObject({
      message: 'it is missing; it must be an object',
      detail: { field: '' },
    });
    expect(said(() => block(source).only(['body']))).toContain('["blocks",0,"odd name"]: file.blocks[0] has');
    expect(errorOf(() => shapeOf([1, 2], source).items(1))).toMatchObject({
      code: 'TOO_LARGE',
      detail: { field: 'file', max: 1 },
    });
  });

  it('shows little of what is long', () => {
    const long = 'x'.repeat(1_000_000);
    const errors = [
      () => shapeOf(long).object(),
      () => shapeOf({ [long]: 1 }).only([]),
      () =>
        shapeOf({ [long]: 1 })
          .at(long)
          .text(),
      () => shapeOf({}).at(long).text(),
      () => shapeOf({ x: 1 }).only(['a', long]),
      () => shapeOf('x').oneOf(['a', long]),
    ].map(errorOf);
    for (const { message, detail } of errors) {
      expect(message.length).toBeLessThan(600);
      expect(JSON.stringify(detail).length).toBeLessThan(200);
    }
    expect(errors[0]?.message).toBe(`it must be an object, not "${'x'.repeat(79)}…`);
    expect(errors[4]?.message).toBe(`it has the unknown member "x"; it may have a, ${'x'.repeat(397)}…`);
    const whole = 'x'.repeat(78);
    expect(said(() => shapeOf(whole).object())).toBe(`it must be an object, not "${whole}"`);
  });

  it('has no line feed or escape of what was found in its message', () => {
    const odd = 'a\n\u001b[31m';
    for (const read of [
      () => shapeOf(odd).object(),
      () => shapeOf({ [odd]: 1 }).only([]),
      () =>
        shapeOf({ [odd]: 1 })
          .at(odd)
          .text(),
    ]) {
      expect(said(read)).not.toMatch(/[\n\u001b]/);
    }
  });
});

/** What the methods take, as a reader without errors would say it. */
const TAKEN: readonly (readonly [(shape: Shape) => unknown, (value: JsonValue) => boolean])[] = [
  [(shape) => shape.text(), (value) => typeof value === 'string'],
  [
    (shape) => shape.text({ rule: '', least: 1, most: 3 }),
    (value) => isText(value) && /^[^]{1,3}$/.test(value),
  ],
  [(shape) => shape.boolean(), (value) => value === true || value === false],
  [(shape) => shape.integer(-1, 9), (value) => [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9].some((n) => n === value)],
  [(shape) => shape.oneOf(['a', 'b']), (value) => value === 'a' || value === 'b'],
  [(shape) => shape.items(2, 1), (value) => Array.isArray(value) && [1, 2].includes(value.length)],
  [(shape) => shape.object(), (value) => Object.prototype.toString.call(value) === '[object Object]'],
  [(shape) => shape.u64(), (value) => isText(value) && /^\d+$/.test(value) && `${BigInt(value)}` === value],
  [(shape) => shape.hash(), (value) => isText(value) && /^[0-9a-f]{64}$/.test(value)],
];

function isText(value: JsonValue): value is string {
  return typeof value === 'string';
}

describe('any JSON value', () => {
  const hard = fc.constantFrom<JsonValue>(
    0,
    -1,
    9,
    10,
    0.5,
    -0,
    '',
    'a',
    'b',
    'abcd',
    '7',
    '007',
    'ab'.repeat(32),
  );
  const names = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'a', 'length', '0'));
  const { value: json } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      hard,
      fc.constantFrom(null, true, false),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'binary' }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.array(fc.tuple(names, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
    ),
  }));

  it('is taken as a naive reader takes it, and refused by the codes of its source alone', () => {
    fc.assert(
      fc.property(json, (value) => {
        for (const [read, takes] of TAKEN) {
          expect(isRefused(() => read(shapeOf(value, { tooLarge: 'TOO_LARGE' })))).toBe(!takes(value));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('gives the members that it has and no others, however it is nested', () => {
    const visit = (shape: Shape, value: JsonValue, name: string): void => {
      if (typeof value !== 'object' || value === null) {
        expect(isRefused(() => shape.names()) && isRefused(() => shape.items(9))).toBe(true);
      } else if (Array.isArray(value)) {
        shape.items(4).forEach((item, i) => visit(item, (value as JsonValue[])[i] ?? null, name));
      } else {
        const entries = Object.entries(value as Record<string, JsonValue>);
        expect(shape.names()).toEqual(entries.map(([key]) => key));
        expect(shape.optional(name) === null).toBe(!entries.some(([key, v]) => key === name && v !== null));
        expect(isRefused(() => shape.at(name).only([name]).only([]))).toBe(
          !entries.some(([key, v]) => key === name && JSON.stringify(v) === '{}'),
        );
        for (const [key, member] of entries) visit(shape.at(key), member, name);
      }
    };
    fc.assert(
      fc.property(json, names, (value, name) => visit(shapeOf(value), value, name)),
      { numRuns: RUNS },
    );
  });

  /** Whether `read` throws an error of the source; any other is a defect. */
  function isRefused(read: () => unknown): boolean {
    try {
      read();
      return false;
    } catch (error) {
      if (!isCotraceError(error) || !CODES.includes(error.code)) throw error;
      return true;
    }
  }
});

describe('reading', () => {
  it('costs as much as there is to read', () => {
    const cost = (count: number): number => {
      const members = Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, i]));
      const known = Object.keys(members);
      const start = process.cpuUsage().user;
      const root = shapeOf({ members, list: known }).only(['members', 'list']);
      root.at('members').only(known);
      for (const name of known) root.at('members').at(name).integer(0, count);
      for (const item of root.at('list').items(count)) item.text();
      return process.cpuUsage().user - start;
    };
    cost(2000);
    const small = Math.min(...[1, 2, 3].map(() => cost(2000)));
    const large = Math.min(cost(32_000), cost(32_000));
    // 16 times as much; the square would be 256 times.
    expect(large / Math.max(small, 1000)).toBeLessThan(64);
  });
});
