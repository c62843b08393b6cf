import { encodeValue } from './escapes.js';

/** A GS1 identifier, its parts decoded: primary key and qualifiers by application identifier (AI). */
export interface Gs1Identifier {
  readonly ai: string;
  readonly value: string;
  /** In the order of GS1. */
  readonly qualifiers: readonly { readonly ai: string; readonly value: string }[];
}

/** What a text says in terms of GS1. */
export type Gs1Reading =
  /** An identifier, or a class of items. `link`: what else stood in its Digital Link; null where it was none. */
  | { readonly kind: 'identifier'; readonly identifier: Gs1Identifier; readonly link: LinkRest | null }
  /** It claims to be a GS1 identifier and is none. */
  | Broken
  /** Anything else: its canonical text, and why it is not a GS1 identifier where it looks like one. */
  | { readonly kind: 'other'; readonly text: string; readonly doubt: string | null };

/** `meant`: what was probably meant, where that can be told. */
export interface Broken {
  readonly kind: 'broken';
  readonly why: string;
  readonly meant: string | null;
}

/** What a Digital Link has beside the identifier. */
export interface LinkRest {
  /** The two path segments before the key. */
  readonly before: readonly [string, string] | null;
  readonly query: string;
}

export function broken(why: string, meant: string | null = null): Broken {
  return { kind: 'broken', why, meant };
}

export const GS1_ORIGIN = 'https://id.gs1.org/';

/** The Digital Link of `identifier` on the host of GS1. */
export function digitalLink(identifier: Gs1Identifier): string {
  const parts = [identifier, ...identifier.qualifiers];
  return GS1_ORIGIN + parts.map(({ ai, value }) => `${ai}/${encodeValue(value)}`).join('/');
}
