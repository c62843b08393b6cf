import { buildIdentifier } from './digital-link.js';
import { findKey } from './gs1-keys.js';
import { broken, type Gs1Reading } from './gs1-identifier.js';

/** More elements than any key with its qualifiers and attributes has. */
export const MAX_ELEMENTS = 64;

/**
 * Reads a GS1 element string in its human-readable form, `(01)09521141012345(21)A1`, in any order. One primary
 * key must be among the elements; those that neither are it nor qualify it are attributes and do not identify.
 */
export function readElementString(text: string): Gs1Reading {
  const other: Gs1Reading = { kind: 'other', text, doubt: null };
  if (!/^\(\d{2,4}\)/.test(text)) return other;
  const [, ...fields] = text.split(/\((\d{2,4})\)/, 1 + 2 * MAX_ELEMENTS + 1);
  if (fields.length > 2 * MAX_ELEMENTS) return broken(`has more than ${MAX_ELEMENTS} elements`);
  const elements: [string, string][] = [];
  for (let i = 0; i + 1 < fields.length; i += 2)
    elements.push([fields[i] ?? '', (fields[i + 1] ?? '').trim()]);
  return ofElements(elements) ?? other;
}

/** What elements say, by AI and value in any order; null where none of them is a key. */
export function ofElements(elements: readonly (readonly [string, string])[]): Gs1Reading | null {
  const keys = elements.filter(([ai]) => findKey(ai) !== null);
  const [first] = keys;
  const key = first === undefined ? null : findKey(first[0]);
  if (first === undefined || key === null) return null;
  if (keys.length > 1) {
    return broken(`names two keys, (${keys.map(([ai]) => ai).join(') and (')}); write only one of them`);
  }
  const others = elements.filter((element) => element !== first);
  const found = buildIdentifier(key, first[1], others);
  return typeof found === 'string' ? broken(found) : { kind: 'identifier', identifier: found, link: null };
}
