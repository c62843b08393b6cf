import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { utf8 } from './bytes.js';

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
