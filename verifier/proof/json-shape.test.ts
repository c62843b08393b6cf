import { describe, expect, it } from '@jest/globals';
import { CotraceError, isCotraceError, type JsonValue } from '@cotrace/core';
import { JsonShape } from './json-shape.js';

const shapeOf = (value: JsonValue) => new JsonShape(value, 'file', 'BAD_TRUST');

/** What the error says that `read` throws, after its code. */
function saidBy(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    if (!isCotraceError(error, 'BAD_TRUST')) throw error;
    return error.message;
  }
}

describe('a JSON value from a stranger', () => {
  it('is read where its members are what they must be', () => {
    const shape = shapeOf({
      text: 'x',
      list: [1, 2],
      bytes: 'AQI',
      lists: ['AQ'],
      number: 2,
      u64: '7',
      inner: {},
    });
    shape.only(['text', 'list', 'bytes', 'lists', 'number', 'u64', 'inner']);
    expect(shape.text('text')).toBe('x');
    expect([shape.textLike('text', /^x$/, 'x'), shape.oneOf('text', ['w', 'x'])]).toEqual(['x', 'x']);
    expect(shape.list('list', 2)).toHaveLength(2);
    expect(shape.bytes('bytes', 2)).toEqual(Uint8Array.of(1, 2));
    expect(shape.listOfBytes('lists', 1, 1)).toEqual([Uint8Array.of(1)]);
    expect([shape.integer('number', 2, 3), shape.integer('number', 1, 2), shape.u64('u64')]).toEqual([
      2,
      2,
      7n,
    ]);
    expect(shape.hash.bind(shapeOf({ hash: '00'.repeat(32) }))('hash')).toHaveLength(32);
    shape.object('inner').only([]);
  });

  it.each<[string, JsonValue, (shape: JsonShape) => unknown]>([
    ['file must be an object', [], (shape) => shape.text('a')],
    ['file must be an object', null, (shape) => shape.text('a')],
    [
      'file: a must be an object',
      { a: 7 },
      (shape) => {
        shape.object('a').only([]);
      },
    ],
    [
      'file: unknown member b',
      { a: 1, b: 2 },
      (shape) => {
        shape.only(['a']);
      },
    ],
    ['file: a is missing', {}, (shape) => shape.text('a')],
    ['file: toString is missing', {}, (shape) => shape.text('toString')],
    ['file: a must be text', { a: 7 }, (shape) => shape.text('a')],
    ['file: a must be a digit', { a: 7 }, (shape) => shape.textLike('a', /^\d$/, 'a digit')],
    ['file: a must be a digit', { a: 'x' }, (shape) => shape.textLike('a', /^\d$/, 'a digit')],
    ['file: a must be one of x, y', { a: 'z' }, (shape) => shape.oneOf('a', ['x', 'y'])],
    ['file: a must be a list of at most 2', { a: {} }, (shape) => shape.list('a', 2)],
    ['file: a must be a list of at most 2', { a: [1, 2, 3] }, (shape) => shape.list('a', 2)],
    [
      'file: a[1] must be an object',
      { a: [{}, 7] },
      (shape) =>
        shape.list('a', 2).map((one) => {
          one.only([]);
        }),
    ],
    ['file: a must be at most 1 bytes in base64url', { a: 'AQI' }, (shape) => shape.bytes('a', 1)],
    ['file: a must be a list of texts', { a: [7] }, (shape) => shape.listOfBytes('a', 2, 1)],
    ['file: a must be at most 1 bytes in base64url', { a: ['AQI'] }, (shape) => shape.listOfBytes('a', 2, 1)],
    ['file: a must be 64 lower-case hexadecimal digits', { a: 'ab' }, (shape) => shape.hash('a')],
    ['file: a must be a decimal number of 64 bits, as text', { a: '-1' }, (shape) => shape.u64('a')],
    ['file: a must be a whole number from 2 to 3', { a: 1 }, (shape) => shape.integer('a', 2, 3)],
    ['file: a must be a whole number from 2 to 3', { a: 4 }, (shape) => shape.integer('a', 2, 3)],
    ['file: a must be a whole number from 2 to 3', { a: 2.5 }, (shape) => shape.integer('a', 2, 3)],
    ['file: a must be a whole number from 2 to 3', { a: '2' }, (shape) => shape.integer('a', 2, 3)],
  ])('is refused otherwise: %s', (said, value, read) => {
    expect(saidBy(() => read(shapeOf(value)))).toBe(said);
  });

  it('keeps the reason, and lets errors pass that are not about the value', () => {
    const failing = (error: Error) => () =>
      shapeOf({}).read('a', 'right', () => {
        throw error;
      });
    const reason = new CotraceError('BAD_HEX', 'it is wrong');
    expect(failing(reason)).toThrow(expect.objectContaining({ code: 'BAD_TRUST', cause: reason }));
    expect(failing(new TypeError('a defect'))).toThrow(TypeError);
  });
});
