import type { JsonValue } from '@cotrace/core';
import { isArray, isObject, member } from './json.js';

/** Prefixes that the standard's own JSON-LD context defines (EPCIS 2.0, section 10.2). */
const STANDARD: readonly (readonly [string, string])[] = [
  ['cbv', 'https://ref.gs1.org/cbv/'],
  ['cbvmda', 'urn:epcglobal:cbv:mda:'],
  ['epcis', 'https://ref.gs1.org/epcis/'],
  ['gs1', 'https://gs1.org/voc/'],
  ['rdfs', 'http://www.w3.org/2000/01/rdf-schema#'],
];

/** What the prefixes of compact URIs (CURIEs) stand for, by the `@context`s in force, the last one first. */
export class JsonLdPrefixes {
  readonly #namespaces = new Map<string, string>();
  readonly #outer: JsonLdPrefixes | null;

  /** `context`: of the event; `outer`: what its document says. URIs of remote contexts are not followed. */
  constructor(context?: JsonValue, outer: JsonLdPrefixes | null = null) {
    this.#outer = outer;
    if (outer === null) for (const [prefix, namespace] of STANDARD) this.#namespaces.set(prefix, namespace);
    this.#collect(context);
  }

  #collect(context: JsonValue | undefined): void {
    if (isArray(context)) {
      for (const entry of context) if (!isArray(entry)) this.#collect(entry);
      return;
    }
    if (!isObject(context)) return;
    for (const [term, definition] of Object.entries(context)) {
      const namespace = isObject(definition) ? member(definition, '@id') : definition;
      if (typeof namespace === 'string') this.#namespaces.set(term, namespace);
    }
  }

  /** Namespace and local part of a compact URI; null for any other text. */
  split(text: string): { readonly namespace: string; readonly local: string } | null {
    const colon = text.indexOf(':');
    if (colon < 0 || text.startsWith('//', colon + 1)) return null;
    const namespace = this.#namespaceOf(text.slice(0, colon));
    return namespace === null ? null : { namespace, local: text.slice(colon + 1) };
  }

  #namespaceOf(prefix: string): string | null {
    const own = this.#namespaces.get(prefix);
    return own === undefined && this.#outer !== null ? this.#outer.#namespaceOf(prefix) : (own ?? null);
  }

  /** The URI that a compact one stands for; any other text as it is. */
  expand(text: string): string {
    const found = this.split(text);
    return found === null ? text : found.namespace + found.local;
  }
}
