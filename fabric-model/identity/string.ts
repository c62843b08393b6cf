import { MalformedError, fromUtf8 } from '@cotrace/core';
import { TAG } from './der.js';
import { latin1 } from './latin1.js';

/** All but the letters of PrintableString, and two that Go lets pass because authorities use them: * and &. */
const NOT_PRINTABLE = /[^A-Za-z0-9'()+,\-./ :=?*&]/;
const NOT_NUMERIC = /[^0-9 ]/;

/** The types that a name's values may have. */
export const STRING_TAGS: readonly number[] = [
  TAG.utf8String,
  TAG.numericString,
  TAG.printableString,
  TAG.t61String,
  TAG.ia5String,
  TAG.bmpString,
];

/** Text of the contents of a string type. Throws `BAD_CERTIFICATE`, `BAD_UTF8`. Source: Go 1.26 crypto/x509 `parseASN1String`. */
export function stringOf(tag: number, content: Uint8Array): string {
  switch (tag) {
    case TAG.utf8String:
      return fromUtf8(content);
    case TAG.printableString:
      return without(latin1(content), NOT_PRINTABLE);
    case TAG.numericString:
      return without(latin1(content), NOT_NUMERIC);
    case TAG.ia5String:
      return asciiOf(content);
    case TAG.t61String:
      return Array.from(content, (octet) => String.fromCharCode(octet)).join('');
    case TAG.bmpString:
      return bmpText(content);
    default:
      throw badString();
  }
}

/** Text of ASCII bytes. Throws `BAD_CERTIFICATE`. */
export function asciiOf(content: Uint8Array): string {
  if (content.some((octet) => octet >= 0x80)) throw badString();
  return latin1(content);
}

function without(text: string, foreign: RegExp): string {
  if (foreign.test(text)) throw badString();
  return text;
}

/** UCS-2 without surrogates and code points that are no characters; a zero at the end is dropped. */
function bmpText(content: Uint8Array): string {
  if (content.length % 2 !== 0) throw badString();
  const characters: string[] = [];
  for (let i = 0; i < content.length; i += 2) {
    const point = ((content[i] ?? 0) << 8) | (content[i + 1] ?? 0);
    const isSurrogate = point >= 0xd800 && point <= 0xdfff;
    if (isSurrogate || (point >= 0xfdd0 && point <= 0xfdef) || point >= 0xfffe) throw badString();
    characters.push(String.fromCharCode(point));
  }
  return (characters.at(-1) === '\0' ? characters.slice(0, -1) : characters).join('');
}

function badString(): MalformedError {
  return new MalformedError('BAD_CERTIFICATE', 'a text that its type does not allow');
}
