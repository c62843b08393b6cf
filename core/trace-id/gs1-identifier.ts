/** A GS1 identifier, its parts decoded: primary key and qualifiers by application identifier (AI). */
export interface Gs1Identifier {
  readonly ai: string;
  readonly value: string;
  /** In the order of GS1. */
  readonly qualifiers: readonly { readonly ai: string; readonly value: string }[];
}

/** What a text says in terms of GS1. */
export type Gs1Reading =
  /** An identifier, or a class of items that a Digital Link can name. */
  | { readonly kind: 'identifier'; readonly identifier: Gs1Identifier }
  /** An EPC pattern: its text with scheme names in lower case, and the class that it names, if it is just one. */
  | { readonly kind: 'pattern'; readonly text: string; readonly classOf: Gs1Identifier | null }
  /** It claims to be a GS1 identifier and is none. */
  | { readonly kind: 'broken'; readonly why: string }
  /** Anything else. */
  | { readonly kind: 'other' };

export const OTHER: Gs1Reading = { kind: 'other' };

export function broken(why: string): Gs1Reading {
  return { kind: 'broken', why };
}

const ORIGIN = 'https://id.gs1.org';

/** The Digital Link of `identifier` on the host of GS1; `encode` makes a path segment of a decoded value. */
export function digitalLink(identifier: Gs1Identifier, encode: (value: string) => string): string {
  const parts = [identifier, ...identifier.qualifiers];
  return ORIGIN + parts.map(({ ai, value }) => `/${ai}/${encode(value)}`).join('');
}

// RFC 3986, section 3.3: what a path segment may hold as it is.
const NOT_PCHAR = /[^A-Za-z0-9\-._~!$&'()*+,;=:@]/g;

/** A value as a path segment with as little percent-encoding as RFC 3986 allows, in upper-case hexadecimal. */
export function encodeMinimal(value: string): string {
  return value.replace(NOT_PCHAR, percent);
}

/** `%XX` of a character of ASCII. */
export function percent(character: string): string {
  return '%' + character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}

/** Undoes percent-encoding of ASCII characters; null where a `%` is no such encoding. */
export function decodePercent(text: string): string | null {
  if (/%(?![0-7][0-9A-Fa-f])/.test(text)) return null;
  return text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
