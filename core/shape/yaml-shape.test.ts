import { describe, expect, it } from '@jest/globals';
import { LineCounter, parseDocument } from 'yaml';
import { errorOf } from '../testing/error-of.js';
import type { Shape } from './shape.js';
import { yamlShape, type YamlFile } from './yaml-shape.js';

function parse(text: string, file: Partial<YamlFile> = {}): Shape {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  return yamlShape(document, lines, { path: 'file.yaml', code: 'BAD_JSON', empty: {}, ...file });
}

describe('a file in YAML', () => {
  it('may be JSON too, and is what its reader says where it is empty', () => {
    for (const text of ['a: { b: [x] }', '{"a":{"b":["x"]}}', 'a:\n  b:\n    - x # why\n']) {
      expect(parse(text).object()).toEqual({ a: { b: ['x'] } });
    }
    for (const text of ['', '# nothing yet\n', 'null']) {
      expect(parse(text).names()).toEqual([]);
      expect(parse(text, { empty: [1] }).items(1)).toHaveLength(1);
    }
  });

  it('names the line of what is wrong, of what is unknown, and of what lacks something', () => {
    const root = parse('a:\n  - b: 1\n  - c: 2\n    d: 3\n');
    const [, second] = root.at('a').items(2);
    expect(errorOf(() => second?.at('d').text())).toMatchObject({
      code: 'BAD_JSON',
      message: 'file.yaml:4: a[1].d must be text, not 3',
      detail: { path: 'file.yaml', place: 'file.yaml:4', field: 'a[1].d' },
    });
    expect(errorOf(() => second?.only(['c'])).message).toContain(
      'file.yaml:4: a[1] has the unknown member "d"',
    );
    expect(errorOf(() => second?.at('e').text()).message).toBe(
      'file.yaml:3: a[1].e is missing; it must be text',
    );
    expect(errorOf(() => root.at('e').text()).message).toBe('file.yaml:1: e is missing; it must be text');
  });

  it('may have a name, of which the line does not depend', () => {
    const [, second] = parse('- a\n- b\n', { name: 'rules' }).items(2);
    expect(errorOf(() => second?.integer(0, 1)).message).toBe(
      'file.yaml:2: rules[1] must be a whole number from 0 to 1, not "b"',
    );
  });

  it('has no line where the place is not in the text', () => {
    const root = parse('a: &a { b: 1 }\nc: *a\n2: x\n');
    const field = (read: () => unknown) => errorOf(read).message.split(' must')[0];
    expect(field(() => root.at('c').at('b').text())).toBe('file.yaml: c.b');
    expect(field(() => root.at('2').object())).toBe('file.yaml: 2');
    expect(errorOf(() => parse('').at('a').text()).message).toBe('file.yaml: a is missing; it must be text');
  });

  it('has members of its own only', () => {
    const root = parse('__proto__: { a: 1 }\n');
    expect([root.names(), root.optional('a')]).toEqual([['__proto__'], null]);
  });

  const ALIASES = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]\n`);

  it.each([
    ['a: [', 'at line 1, column 5'],
    ['a: 1\na: 2', 'Map keys must be unique'],
    [`a0: &a0 x\n${ALIASES.join('')}`, 'Excessive alias count'],
  ])('is refused with the reason in one line: %j', (text, reason) => {
    const { code, message, detail } = errorOf(() => parse(text));
    expect([code, detail]).toEqual(['BAD_JSON', { path: 'file.yaml' }]);
    expect(message).toContain('file.yaml is not valid YAML: ');
    expect(message).toContain(reason);
    expect(message).not.toContain('\n');
  });

  it.each([
    ['a: !!binary AAAA', '$.a is not a plain object'],
    ['a: .nan', '$.a is not a finite number'],
    ['a: "\\uD800"', '$.a holds a lone surrogate'],
    [`a: ${'['.repeat(101)}${']'.repeat(101)}`, 'nested deeper than 100'],
  ])('is refused with what JSON cannot say: %s', (text, reason) => {
    const { code, message } = errorOf(() => parse(text));
    expect([code, message]).toEqual(['BAD_JSON', expect.stringContaining(reason)]);
    expect(message).toMatch(/^file\.yaml: \$/);
  });
});
