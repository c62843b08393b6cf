import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isCotraceError } from '../errors.js';
import { fromUtf8, utf8 } from './bytes.js';

describe('the UTF-8 bytes of a text', () => {
  it('are those of a code point after the other, whatever the length', () => {
    const lengths = fc.constantFrom(0, 1, 300, 1022, 1023, 1024, 1025, 5000);
    const unit = fc.constantFrom('a', 'é', '\uffee', '\u{1f33e}', '\0');
    fc.assert(
      fc.property(lengths, fc.array(unit, { minLength: 1, maxLength: 5 }), (length, units) => {
        const text = Array.from({ length }, (_, i) => units[i % units.length]).join('');
        const bytes = utf8(text);
        expect(Buffer.compare(bytes, Buffer.from(text))).toBe(0);
        expect(bytes.buffer.byteLength).toBe(bytes.length);
      }),
    );
  });

  it('stay as they are when the next text is encoded', () => {
    const bytes = utf8('one');
    utf8('two');
    expect(bytes).toEqual(Uint8Array.of(0x6f, 0x6e, 0x65));
  });
});

describe('bytes that are not UTF-8', () => {
  /** Where they are said to be wrong; null where they are text. */
  function offsetIn(bytes: Uint8Array): unknown {
    try {
      fromUtf8(bytes);
      return null;
    } catch (error) {
      if (!isCotraceError(error, 'BAD_UTF8')) throw error;
      return error.detail['offset'];
    }
  }

  it.each<[string, number[], number | null]>([
    ['a byte that begins nothing', [0x61, 0xff], 1],
    ['a continuation alone', [0x80], 0],
    ['an overlong form', [0x61, 0x62, 0xc0, 0x80], 2],
    ['a surrogate', [0x61, 0xed, 0xa0, 0x80], 1],
    ['a character cut off by the end', [0x61, 0xe7, 0xb1], 1],
    ['one that begins as the replacement does', [0x61, 0xef, 0xbf], 1],
    ['one that begins as the replacement does, with another behind it', [0x61, 0xef, 0xbf, 0x61], 1],
    ['the first byte of it alone', [0x61, 0xef, 0x61], 1],
    ['the replacement itself, which is text, and then a wrong byte', [0xef, 0xbf, 0xbd, 0xff], 3],
    ['the replacement itself', [0xef, 0xbf, 0xbd], null],
    ['nothing', [], null],
  ])('are refused with their place: %s', (_what, bytes, offset) => {
    expect(offsetIn(Uint8Array.from(bytes))).toBe(offset);
  });

  it('are refused where the first character is that cannot be read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 4 }), (text, tail) => {
        const start = utf8(text);
        const offset = offsetIn(Uint8Array.of(...start, 0xff, ...tail));
        expect(offset).toBe(start.length);
      }),
    );
  });
});
