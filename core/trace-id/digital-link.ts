import { MAX_QUALIFIERS, faultOfKey, findKey, findQualifier, padGtin, type Gs1Key } from './gs1-keys.js';
import { OTHER, broken, decodePercent, type Gs1Identifier, type Gs1Reading } from './gs1-identifier.js';

/** The host on which a path that begins with a key is a GS1 identifier or a mistake, never something else. */
const GS1_HOST = /^id\.gs1\.org(?::\d*)?$/;

/** Segments of the longest link: a key and its qualifiers, each a name and a value. */
const MAX_LINK_SEGMENTS = 2 * (1 + MAX_QUALIFIERS);

/**
 * Reads a GS1 Digital Link (URI syntax 1.3) on any host: the path, behind an optional stem, is a primary key and
 * its qualifiers, by AI or by the short names of older releases; of the query only qualifiers count.
 * On another host than that of GS1, what is not a valid link is just a URI.
 */
export function readDigitalLink(text: string): Gs1Reading {
  const match = /^https?:\/\/([^/?#]*)\/([^?#]*)(?:\?([^#]*))?(?:#.*)?$/is.exec(text);
  if (match === null) return OTHER;
  const host = (match[1] ?? '').toLowerCase();
  const segments = (match[2] ?? '').replace(/\/$/, '').split('/');
  const query = match[3] ?? '';
  const gs1 = GS1_HOST.test(host);
  // A link that begins further from the end has more qualifiers than any key takes: a long stem is not read twice.
  const first = gs1 ? 0 : Math.max(0, segments.length - MAX_LINK_SEGMENTS);
  for (let i = first; i < (gs1 ? 1 : segments.length); i++) {
    const key = findKey(segments[i] ?? '');
    if (key === null) continue;
    const found = readLink(key, segments.slice(i + 1), query);
    if (typeof found !== 'string') return { kind: 'identifier', identifier: found };
    if (gs1) return broken(found);
  }
  return OTHER;
}

function readLink(key: Gs1Key, segments: readonly string[], query: string): Gs1Identifier | string {
  const [value, ...pairs] = segments.map(decodePercent);
  if (value === undefined || value === null)
    return `is not a valid Digital Link: its ${key.name} is badly encoded`;
  const qualifiers: [string, string][] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const [name, item] = [pairs[i], pairs[i + 1]];
    if (typeof name !== 'string' || typeof item !== 'string')
      return 'is not a valid Digital Link: its path is incomplete';
    if (findQualifier(key, name) === null)
      return `is not a valid Digital Link: ${name} does not qualify ${key.name}`;
    qualifiers.push([name, item]);
  }
  return buildIdentifier(key, value, [...qualifiers, ...queryPairs(query)]);
}

function queryPairs(query: string): [string, string][] {
  return query.split(/[&;]/).flatMap((pair): [string, string][] => {
    const [name, value] = pair.split('=', 2).map(decodePercent);
    return typeof name === 'string' && typeof value === 'string' ? [[name, value]] : [];
  });
}

/**
 * The identifier of a key's decoded value and of named values, of which only the key's qualifiers count; or why
 * there is none.
 */
export function buildIdentifier(
  key: Gs1Key,
  rawValue: string,
  named: readonly (readonly [string, string])[],
): Gs1Identifier | string {
  const value = padGtin(key, rawValue);
  const fault = faultOfKey(key, value);
  if (fault !== null) return fault;
  const found = new Map<string, string>();
  for (const [name, item] of named) {
    const qualifier = findQualifier(key, name);
    if (qualifier === null) continue;
    if (!qualifier.pattern.test(item)) return `has no valid ${qualifier.name} (${qualifier.ai})`;
    if (found.has(qualifier.ai)) return `names ${qualifier.name} (${qualifier.ai}) twice`;
    found.set(qualifier.ai, item);
  }
  const qualifiers = key.qualifiers.flatMap(({ ai }) => {
    const item = found.get(ai);
    return item === undefined ? [] : [{ ai, value: item }];
  });
  return { ai: key.ai, value, qualifiers };
}
