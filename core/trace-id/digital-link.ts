import { looksCompressed } from './compressed-link.js';
import { decodePercent, normalEscapes } from './escapes.js';
import { broken, digitalLink, type Gs1Identifier, type Gs1Reading } from './gs1-identifier.js';
import {
  MAX_QUALIFIERS,
  faultOfKey,
  faultOfQualifier,
  findKey,
  findQualifier,
  padGtin,
  type Gs1Key,
} from './gs1-keys.js';
import { normalHttp, splitHttp, type HttpUri } from './http-uri.js';

/** Segments of the longest link: a key and its qualifiers, each a name and a value. */
const MAX_LINK_SEGMENTS = 2 * (1 + MAX_QUALIFIERS);

/**
 * Reads a GS1 Digital Link (URI syntax 1.3) on any host: the path, behind an optional stem, is a primary key and its
 * qualifiers in any order, by AI or by the short names of older releases. The query never identifies. On the host of GS1
 * the path is nothing else, with names as they are; elsewhere, what is not a valid link is a URI.
 */
export function readHttp(text: string): Gs1Reading {
  const uri = splitHttp(text);
  if (uri === null) return { kind: 'other', text, doubt: null };
  return isGs1Host(uri.host) ? readOwn(uri) : readForeign(text, uri);
}

/** Whether a host, as `splitHttp` gives it, is that on which a path is a GS1 identifier or a mistake. */
export function isGs1Host(host: string): boolean {
  return host === 'id.gs1.org' || host === 'id.gs1.org.';
}

/** The segments of a path; one slash at its end says nothing. */
function segmentsOf(path: string): string[] {
  return path.replace(/^\//, '').replace(/\/$/, '').split('/');
}

function readOwn({ path, query }: HttpUri): Gs1Reading {
  const [name = '', ...rest] = segmentsOf(path);
  const key = findKey(name);
  const found = key === null ? whyNoKey(name, rest) : readLink(key, rest);
  if (typeof found === 'string') return broken(found, likelyLink(path));
  return { kind: 'identifier', identifier: found, link: { before: null, query: query ?? '' } };
}

function whyNoKey(name: string, rest: readonly string[]): string {
  if (looksCompressed(rest.at(-1) ?? name)) return 'is a compressed Digital Link; resolve it first';
  return 'is not a valid Digital Link: on id.gs1.org the path begins with a key, such as /01/, and its value';
}

function readForeign(text: string, uri: HttpUri): Gs1Reading {
  const segments = segmentsOf(uri.path);
  // A link that begins further from the end has more qualifiers than any key takes: a long stem is not read twice.
  const first = Math.max(0, segments.length - MAX_LINK_SEGMENTS);
  let doubt: string | null = null;
  for (let i = first; i < segments.length; i++) {
    const key = findKey(normalEscapes(segments[i] ?? ''));
    if (key === null) continue;
    const found = readLink(key, segments.slice(i + 1).map(normalNames));
    if (typeof found !== 'string') {
      const before: [string, string] | null = i < 2 ? null : [segments[i - 2] ?? '', segments[i - 1] ?? ''];
      return { kind: 'identifier', identifier: found, link: { before, query: uri.query ?? '' } };
    }
    if (looksLike(key, segments[i + 1] ?? '')) doubt ??= found;
  }
  if (looksCompressed(segments.at(-1) ?? '')) doubt ??= 'may be a compressed Digital Link; resolve it first';
  return { kind: 'other', text: normalHttp(text, uri), doubt };
}

function normalNames(segment: string, i: number): string {
  return i % 2 === 1 ? normalEscapes(segment) : segment;
}

/** Whether a segment has the form of a key's value, though perhaps another check digit. */
function looksLike(key: Gs1Key, segment: string): boolean {
  const value = decodePercent(segment) ?? '';
  return key.ai === '01' ? /^\d{8,14}$/.test(value) : key.pattern.test(value);
}

function readLink(key: Gs1Key, [value, ...pairs]: readonly string[]): Gs1Identifier | string {
  const decoded = decodePercent(value ?? '');
  if (decoded === null) return `is not a valid Digital Link: its ${key.name} is badly encoded`;
  const qualifiers: [string, string][] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i] ?? '';
    const item = decodePercent(pairs[i + 1] ?? '');
    if (findQualifier(key, name) === null)
      return `is not a valid Digital Link: ${JSON.stringify(name.slice(0, 40))} does not qualify ${key.name}`;
    if (item === null) return `is not a valid Digital Link: its ${name} is badly encoded`;
    qualifiers.push([name, item]);
  }
  return buildIdentifier(key, decoded, qualifiers);
}

/** Names and decoded values in the query of a link, in their order; those that are badly encoded are left out. */
export function queryPairs(query: string): [string, string][] {
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
    const wrong = faultOfQualifier(qualifier, item);
    if (wrong !== null) return wrong;
    if (found.has(qualifier.ai)) return `names ${qualifier.name} (${qualifier.ai}) twice`;
    found.set(qualifier.ai, item);
  }
  const qualifiers = key.qualifiers.flatMap(({ ai }) => {
    const item = found.get(ai);
    return item === undefined ? [] : [{ ai, value: item }];
  });
  return { ai: key.ai, value, qualifiers };
}

/** Longest path, in segments, in which what was meant is looked for. */
const MAX_LIKELY_SEGMENTS = 32;

/**
 * The link that somebody meant who wrote `path`: a key with a valid value and its qualifiers, on either side of it, however
 * the path is escaped, doubled or dotted. Null where there is none, or what the dots lead to is not sure.
 */
export function likelyLink(path: string): string | null {
  const raw = path.split('/', MAX_LIKELY_SEGMENTS + 1);
  if (raw.length > MAX_LIKELY_SEGMENTS) return null;
  const segments: string[] = [];
  for (const segment of raw.map((text) => decodePercent(text) ?? text)) {
    if (segment === '..' && segments.some((before) => findKey(before) !== null)) return null;
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  for (let i = segments.length % 2; i < segments.length; i += 2) {
    const key = findKey(segments[i] ?? '');
    const found = key === null ? '' : linkAt(key, i, segments);
    if (typeof found !== 'string') return digitalLink(found);
  }
  return null;
}

/** Nothing behind the key may be left over; before it, what does not qualify it is a stem. */
function linkAt(key: Gs1Key, at: number, segments: readonly string[]): Gs1Identifier | string {
  const named: [string, string][] = [];
  for (let i = at % 2; i < segments.length; i += 2) {
    const [name, value] = [segments[i] ?? '', segments[i + 1] ?? ''];
    if (i > at && findQualifier(key, name) === null) return 'is not a valid Digital Link';
    if (i !== at) named.push([name, value]);
  }
  return buildIdentifier(key, segments[at + 1] ?? '', named);
}
