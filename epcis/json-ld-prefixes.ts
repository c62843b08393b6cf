import { asciiLower, type JsonValue } from '@cotrace/core';
import { at, Faults, type Path } from './fault.js';
import { isArray, isObject, member, type JsonObject } from './json.js';

/** Prefixes that the standard's own JSON-LD context defines and protects (EPCIS 2.0, section 10.2). */
const STANDARD: ReadonlyMap<string, string> = new Map([
  ['cbv', 'https://ref.gs1.org/cbv/'],
  ['cbvmda', 'urn:epcglobal:cbv:mda:'],
  ['epcis', 'https://ref.gs1.org/epcis/'],
  ['gs1', 'https://gs1.org/voc/'],
  ['rdfs', 'http://www.w3.org/2000/01/rdf-schema#'],
]);

/** Schemes of URIs: as prefixes they would change what every identifier of the event is. */
const SCHEMES = new Set(['urn', 'http', 'https', 'ni', 'did', 'tag']);

/** How many definitions may begin with the prefix of another one, one after the other. */
const MAX_DEPTH = 8;

/** Longest namespace: it may be used thousands of times, and a TraceID has 512 bytes. */
const MAX_NAMESPACE = 512;

interface Definition {
  readonly namespace: string;
  /** Number of definitions that it goes through. */
  readonly depth: number;
}

type Terms = Map<string, Definition | null>;

/** What the prefixes of compact URIs (CURIEs) stand for, by the `@context`s in force, the last one first. */
export class JsonLdPrefixes {
  /** Null takes a definition back. */
  readonly #terms: Terms = new Map();
  readonly #outer: JsonLdPrefixes | null;

  /**
   * `context`: of an object; `outer`: what holds around it. URIs of remote contexts are not followed. What a context may
   * not define is added to `faults`, below `path`, and does not count.
   */
  constructor(context: JsonValue | undefined, outer: JsonLdPrefixes | null, path: Path, faults: Faults) {
    this.#outer = outer;
    if (!isArray(context)) this.#add(context, path, faults);
    else context.forEach((entry, i) => this.#add(entry, at(path, i), faults));
  }

  #add(context: JsonValue | undefined, path: Path, faults: Faults): void {
    if (!isObject(context)) return;
    const given = new Map(
      Object.entries(context)
        .filter(([term]) => !term.startsWith('@'))
        .map(([term, definition]) => [
          term,
          isObject(definition) ? (member(definition, '@id') ?? null) : definition,
        ]),
    );
    const found: Terms = new Map();
    for (const term of given.keys()) {
      const fault = this.#define(term, given, found);
      if (fault !== null) faults.add(at(path, term), fault);
    }
    for (const [term, definition] of found) this.#terms.set(term, definition);
  }

  /** Finds what `term` stands for and what its definition goes through; or says why it may not be defined so. */
  #define(term: string, given: ReadonlyMap<string, JsonValue>, found: Terms): string | null {
    const chain: string[] = [];
    for (let next = term; given.has(next) && !found.has(next); next = prefixOf(given.get(next))) {
      if (chain.includes(next)) return 'is defined in a circle';
      if (chain.push(next) > MAX_DEPTH) return `goes through more than ${MAX_DEPTH} other definitions`;
    }
    for (const name of chain.reverse()) {
      const fault = this.#resolve(name, given.get(name) ?? null, found);
      if (fault !== null) return fault;
    }
    return null;
  }

  #resolve(term: string, value: JsonValue, found: Terms): string | null {
    const standard = STANDARD.get(term);
    if (standard !== undefined && value !== standard)
      return `is ${standard} by the standard and nothing else`;
    if (SCHEMES.has(asciiLower(term))) return 'is a scheme of URIs and cannot be a prefix';
    if (typeof value !== 'string') {
      found.set(term, null);
      return null;
    }
    const prefix = prefixOf(value);
    const base = found.has(prefix) ? found.get(prefix) : this.#find(prefix);
    const namespace = (base?.namespace ?? '') + (base == null ? value : value.slice(prefix.length + 1));
    const depth = (base?.depth ?? -1) + 1;
    if (depth > MAX_DEPTH) return `goes through more than ${MAX_DEPTH} other definitions`;
    if (namespace.length > MAX_NAMESPACE) return `stands for more than ${MAX_NAMESPACE} characters`;
    found.set(term, { namespace, depth });
    return null;
  }

  #find(prefix: string): Definition | null {
    const own = this.#terms.get(prefix);
    if (own !== undefined) return own;
    if (this.#outer !== null) return this.#outer.#find(prefix);
    const namespace = STANDARD.get(prefix);
    return namespace === undefined ? null : { namespace, depth: 0 };
  }

  /** Namespace and local part of a compact URI; null for any other text. */
  split(text: string): { readonly namespace: string; readonly local: string } | null {
    const prefix = prefixOf(text);
    const found = prefix === '' ? null : this.#find(prefix);
    return found === null ? null : { namespace: found.namespace, local: text.slice(prefix.length + 1) };
  }

  /** The URI that a compact one stands for; any other text as it is. */
  expand(text: string): string {
    const found = this.split(text);
    return found === null ? text : found.namespace + found.local;
  }

  /** The prefix of a text that nobody declared and that is not a scheme of identifiers, as it is in the text; null where there is none. */
  undeclared(text: string): string | null {
    const prefix = prefixOf(text);
    return prefix === '' || SCHEMES.has(asciiLower(prefix)) || this.#find(prefix) !== null ? null : prefix;
  }
}

/** What stands before the colon of a text that may be a compact URI; empty for any other value. */
function prefixOf(value: JsonValue | undefined): string {
  if (typeof value !== 'string') return '';
  const colon = value.indexOf(':');
  return colon < 0 || value.startsWith('//', colon + 1) ? '' : value.slice(0, colon);
}

/** The prefixes inside `object`: those around it, and what its own `@context` defines. `checkContexts` says what is wrong there. */
export function within(object: JsonObject, prefixes: JsonLdPrefixes): JsonLdPrefixes {
  const context = member(object, '@context');
  return context === undefined ? prefixes : new JsonLdPrefixes(context, prefixes, null, new Faults());
}

/** Adds to `faults` what the contexts of objects inside `value`, and not its own, may not define. */
export function checkContexts(value: JsonValue, path: Path, prefixes: JsonLdPrefixes, faults: Faults): void {
  if (isArray(value)) value.forEach((entry, i) => checkInner(entry, at(path, i), prefixes, faults));
  if (!isObject(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    if (name !== '@context') checkInner(inner, at(path, name), prefixes, faults);
  }
}

function checkInner(value: JsonValue, path: Path, outer: JsonLdPrefixes, faults: Faults): void {
  const context = isObject(value) ? member(value, '@context') : undefined;
  const prefixes =
    context === undefined ? outer : new JsonLdPrefixes(context, outer, at(path, '@context'), faults);
  checkContexts(value, path, prefixes, faults);
}
