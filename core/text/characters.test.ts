import { describe, expect, it } from '@jest/globals';
import { asciiLower, faultOfCharacters } from './characters.js';
import { isAssigned } from './unicode.js';
import { trimSpace } from './white-space.js';

const EVERY_CODE_POINT = Array.from({ length: 0x110000 }, (_, codePoint) => codePoint);

describe('the tables of Unicode 15.0', () => {
  it('have as many characters as the standard counts', () => {
    const [graphicAndFormat, controls, privateUse, surrogates] = [149_186, 65, 137_468, 2_048];
    const assigned = EVERY_CODE_POINT.filter(isAssigned);
    expect(assigned).toHaveLength(graphicAndFormat + controls + privateUse + surrogates);
    // Marks are asked of the engine: of these characters, no version has made others marks.
    const marks = assigned.filter((codePoint) => /\p{M}/u.test(String.fromCodePoint(codePoint)));
    expect(marks).toHaveLength(1_985 + 452 + 13);
  });

  it('have nothing that this process does not know, since Unicode only grows', () => {
    expect(EVERY_CODE_POINT.filter((c) => isAssigned(c) && /\p{Cn}/u.test(String.fromCodePoint(c)))).toEqual(
      [],
    );
  });

  it('refuse a character of a later version, whatever this process knows', () => {
    // 15.1, 16.0 and 17.0.
    for (const character of ['\u{2ebf0}', '\u1c89', '\u{10940}']) {
      expect(faultOfCharacters(`a${character}`)).toContain('not a character of Unicode 15.0');
    }
  });
});

describe('characters of an identifier', () => {
  it('are seen: none that this process calls hidden passes', () => {
    const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
    const taken = EVERY_CODE_POINT.map((c) => String.fromCodePoint(c)).filter(
      (c) => hidden.test(c) && faultOfCharacters(c) === null,
    );
    expect(taken).toEqual([]);
  });

  it('are refused by name and not printed', () => {
    expect(faultOfCharacters('a\u3164b')).toBe('holds U+3164, which nobody sees');
    expect(faultOfCharacters('a\u{e0041}b')).toBe('holds U+E0041, which nobody sees');
    expect(faultOfCharacters('a\u00a0b')).toContain('U+00A0, white space');
    expect(faultOfCharacters('a\ud800')).toContain('lone surrogate');
    expect(faultOfCharacters(`a${'\u0301'.repeat(31)}`)).toContain('30 combining marks');
  });

  it('may be of any script', () => {
    for (const text of ['lot 7', 'Ā̀', '批号七', 'לוט 7', '😀', '\ue000', `a${'\u0301'.repeat(30)}`]) {
      expect(faultOfCharacters(text)).toBeNull();
    }
  });
});

describe('white space and case', () => {
  it('are those of a list, not of an engine', () => {
    const SPACES = '\t\n\v\f\r \x85\xa0\u1680\u2000\u2005\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';
    expect(trimSpace(`${SPACES}a ${SPACES}b${SPACES}`)).toBe(`a ${SPACES}b`);
    expect(trimSpace(SPACES)).toBe('');
    expect(trimSpace('\u200ba\u180e')).toBe('\u200ba\u180e');
    expect(asciiLower('AZÄİ\u212a')).toBe('azÄİ\u212a');
  });
});
