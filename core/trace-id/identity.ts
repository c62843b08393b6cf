import { trimSpace } from '../text/white-space.js';
import { constrain, identifying, isHashed, isSerialised, natureOf, type Nature } from './constrain.js';
import { normalEscapes } from './escapes.js';
import { queryPairs } from './digital-link.js';
import { digitalLink, type Gs1Identifier, type Gs1Reading, type LinkRest } from './gs1-identifier.js';
import { faultOfQualifier, findKey, findQualifier, type Gs1Key } from './gs1-keys.js';
import { readUri } from './read-gs1.js';

/** What is odd about an identifier that was read all the same. `meant`: what was probably meant; null where it is not known. */
export interface IdentityWarning {
  readonly message: string;
  readonly meant: string | null;
}

/** What an identifier is, however it is written (formats.md, "TraceID"). */
export interface Identity {
  /** The one form under which it is traced: 1 to 512 bytes of UTF-8. */
  readonly traceId: string;
  /** What the event hash of CBV 2.0 has for it. Equal hash texts have equal TraceIDs, not always the other way round. */
  readonly hashText: string;
  readonly nature: Nature;
  /** The TraceID of the lot that is named beside a serial number; or null. */
  readonly lot: string | null;
  readonly warnings: readonly IdentityWarning[];
}

/** The text that the event hash of CBV 2.0 (section 8.9.2) has for a value, of any length: see `Identity.hashText`. */
export function hashTextOf(value: string): string {
  const text = trimSpace(value);
  return hashTextFor(readUri(text), text);
}

function hashTextFor(reading: Gs1Reading, text: string): string {
  return reading.kind === 'identifier' && isHashed(reading.identifier)
    ? digitalLink(constrain(reading.identifier))
    : text;
}

/** What identifies of a GS1 identifier, and what else its link says. */
export function identityOf(
  identifier: Gs1Identifier,
  link: LinkRest | null,
): Pick<Identity, 'traceId' | 'nature' | 'lot' | 'warnings'> {
  const own = identifying(constrain(identifier));
  const key = findKey(identifier.ai);
  const queried = key === null || link === null ? [] : qualifiersIn(link.query, key);
  const lot = isSerialised(own) ? lotOf(identifier, queried) : null;
  const warnings = [
    ...beforeKey(identifier, link, key),
    ...inQuery(own, queried),
    ...(isSerialised(own) ? otherLots(link, key, lot) : []),
  ];
  return {
    traceId: digitalLink(own),
    nature: natureOf(own),
    lot: lot === null ? null : digitalLink({ ...own, qualifiers: [{ ai: '10', value: lot }] }),
    warnings,
  };
}

type Named = readonly { readonly ai: string; readonly value: string }[];

/** The valid qualifiers of a query; what it names with two values is left out. */
function qualifiersIn(query: string, key: Gs1Key): Named {
  const found = new Map<string, string | null>();
  for (const [name, value] of queryPairs(query)) {
    const qualifier = findQualifier(key, name);
    if (qualifier === null || faultOfQualifier(qualifier, value) !== null) continue;
    const other = found.get(qualifier.ai);
    found.set(qualifier.ai, other === undefined || other === value ? value : null);
  }
  return [...found].flatMap(([ai, value]) => (value === null ? [] : [{ ai, value }]));
}

function lotOf({ qualifiers }: Gs1Identifier, queried: Named): string | null {
  return [...qualifiers, ...queried].find(({ ai }) => ai === '10')?.value ?? null;
}

/** Lots in the query of an item that are not linked. */
function otherLots(link: LinkRest | null, key: Gs1Key | null, lot: string | null): IdentityWarning[] {
  const lots = queryPairs(link?.query ?? '').filter(
    ([name]) => key !== null && findQualifier(key, name)?.ai === '10',
  );
  return lots.every(([, value]) => value === lot)
    ? []
    : [
        {
          message: 'names a lot in its query that is not linked: it is not the only one, or not a lot number',
          meant: null,
        },
      ];
}

/** What would identify if it stood in the path. */
function inQuery(own: Gs1Identifier, queried: Named): IdentityWarning[] {
  const named = [
    ...own.qualifiers,
    ...queried.filter(({ ai }) => own.qualifiers.every((one) => one.ai !== ai)),
  ];
  const meant = digitalLink(identifying(constrain({ ...own, qualifiers: named })));
  return meant === digitalLink(own)
    ? []
    : [{ message: 'has what would identify it in its query, where it does not count', meant }];
}

/** A qualifier in front of the key is part of the stem. */
function beforeKey(identifier: Gs1Identifier, link: LinkRest | null, key: Gs1Key | null): IdentityWarning[] {
  const [name, value] = (link?.before ?? []).map(normalEscapes);
  const qualifier = key === null || name === undefined ? null : findQualifier(key, name);
  if (qualifier === null || value === undefined || faultOfQualifier(qualifier, value) !== null) return [];
  if (identifier.qualifiers.some(({ ai }) => ai === qualifier.ai)) return [];
  const qualifiers = [...identifier.qualifiers, { ai: qualifier.ai, value }];
  const meant = digitalLink({ ...identifier, qualifiers });
  return [
    { message: `has its ${qualifier.name} (${qualifier.ai}) before its key, where it does not count`, meant },
  ];
}
