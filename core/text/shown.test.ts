import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shown, shownJson } from './shown.js';

const RUNS = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const anyText = fc.string({ unit: 'binary', maxLength: 40 });

describe('text that people are shown', () => {
  it.each([
    ['a line feed', '\n', '\\n'],
    ['a carriage return', '\r', '\\u{d}'],
    ['a tab', '\t', '\\u{9}'],
    ['an escape sequence', '\u001b[2J', '\\u{1b}[2J'],
    ['a C1 control', '\u009b', '\\u{9b}'],
    ['a delete', '\u007f', '\\u{7f}'],
    ['an override of direction', '\u202e', '\\u{202e}'],
    ['an isolate', '\u2066', '\\u{2066}'],
    ['a mark of direction', '\u061c', '\\u{61c}'],
    ['a separator of lines', '\u2028', '\\u{2028}'],
    ['a separator of paragraphs', '\u2029', '\\u{2029}'],
    ['a space without width', '\u200b', '\\u{200b}'],
    ['a byte order mark', '\ufeff', '\\u{feff}'],
    ['a soft hyphen', '\u00ad', '\\u{ad}'],
    ['a filler that shows nothing', '\u3164', '\\u{3164}'],
    ['a variation selector', '\ufe0f', '\\u{fe0f}'],
    ['a tag', '\u{e0041}', '\\u{e0041}'],
    ['a lone surrogate', '\ud800', '\\u{d800}'],
    ['a private character', '\ue000', '\\u{e000}'],
  ])('has %s escaped', (_what, text, expected) => {
    expect(shown(`a${text}b`)).toBe(`a${expected}b`);
    expect(JSON.parse(shownJson(JSON.stringify(text)))).toBe(text);
    expect(shownJson(JSON.stringify(text))).toMatch(/^[\x20-\x7e]+$/);
  });

  it('is as it was otherwise', () => {
    for (const text of ['https://id.gs1.org/01/1', 'Käse – 米 चावल 🍚', '\\u{202e}']) {
      expect(shown(text)).toBe(text);
      expect(shownJson(text)).toBe(text);
    }
  });

  it('is one line, and stays as it is when shown again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = shown(text);
        expect(once).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect(shown(once)).toBe(once);
      }),
      { numRuns: RUNS },
    );
  });

  it('says the same as JSON, laid out or not', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, anyText), (value) => {
        expect(JSON.parse(shownJson(JSON.stringify(value, null, 2)))).toEqual(value);
        expect(shownJson(JSON.stringify(value))).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: RUNS },
    );
  });
});
