import fc from 'fast-check';

const [SURROGATE, SURROGATES] = [0xd800, 0x800];

/**
 * Every code point but the surrogates, each as often as fast-check's unit `binary` has it: that takes a second, for
 * a table of all of them.
 */
export const codePoint: fc.Arbitrary<string> = fc.nat(0x10ffff - SURROGATES).map(
  (n) => String.fromCodePoint(n < SURROGATE ? n : n + SURROGATES),
  (text) => {
    const code = typeof text === 'string' ? (text.codePointAt(0) ?? SURROGATE) : SURROGATE;
    const isSurrogate = code >= SURROGATE && code < SURROGATE + SURROGATES;
    if (isSurrogate || text !== String.fromCodePoint(code)) throw new Error('not one code point');
    return code < SURROGATE ? code : code - SURROGATES;
  },
);
