import {
  canonicalJson,
  MalformedError,
  MAX_RECORD_BYTES,
  parseStrictJson,
  type JsonValue,
  type Shape,
  type TextRule,
  type TraceLink,
} from '@cotrace/core';

/**
 * What the contract takes has at most 1 MiB, of which a number of four characters may become one of 22 in canonical
 * JSON; the links of 1,000 identifiers in their roles are less than 1 MiB. Longer texts of records are not looked at.
 */
export const MAX_RECORD_TEXT_BYTES = 8 * MAX_RECORD_BYTES;

/** Nobody sees it: what is of another form is answered by null. */
export const SOURCE = { code: 'BAD_RECORD' } as const;
export const HASH: TextRule = { rule: '64 lower-case hexadecimal digits', like: /^[0-9a-f]{64}$/ };
/** Members that chain the rows of an identifier. */
export const LINK = ['ver', 'preTraceTxId', 'preTraceHash'];

/** The value that `text` is the canonical JSON of, at most `most` bytes. Throws `BAD_JSON` for another text. */
export function canonicalJsonOf(text: string, most: number): JsonValue {
  const value = parseStrictJson(text, most);
  if (canonicalJson(value) === text) return value;
  throw new MalformedError('BAD_JSON', 'the text is not canonical JSON');
}

/** `ver` counts from 1; `preTraceTxId` and `preTraceHash` are null in the first and hashes in all others. */
export function chainLinkOf(shape: Shape): TraceLink {
  const ver = shape.at('ver').integer(1, Number.MAX_SAFE_INTEGER);
  const [preTraceTxId, preTraceHash] = [shape.at('preTraceTxId'), shape.at('preTraceHash')];
  if (ver > 1) return { ver, preTraceTxId: preTraceTxId.text(HASH), preTraceHash: preTraceHash.text(HASH) };
  if (!preTraceTxId.isNull() || !preTraceHash.isNull()) shape.wrong('the first of a chain');
  return { ver, preTraceTxId: null, preTraceHash: null };
}
