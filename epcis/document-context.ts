import { canonicalJson, type JsonValue, utf8 } from '@cotrace/core';
import { at, type Faults } from './fault.js';
import { JsonLdPrefixes } from './json-ld-prefixes.js';
import { isArray, isObject } from './json.js';

/** Most bytes of a document's `@context` as canonical JSON: the record of each of its events carries it. */
const MAX_CONTEXT_BYTES = 64 * 1024;

/** Most contexts in a document's `@context`. */
const MAX_CONTEXTS = 100;

/** The `@context` of a document, read once for all of its events. */
export class DocumentContext {
  readonly prefixes: JsonLdPrefixes;
  readonly #contexts: ReadonlyMap<string, JsonValue>;
  readonly #list: readonly JsonValue[];

  /** `context`: undefined where an event stands alone. What is too large or not allowed is added to `faults`, and does not count then. */
  constructor(context: JsonValue | undefined, faults: Faults) {
    const distinct = distinctContexts(context);
    const bytes = [...distinct.keys()].reduce((sum, text) => sum + utf8(text).length, 0);
    const fits = bytes <= MAX_CONTEXT_BYTES && distinct.size <= MAX_CONTEXTS;
    if (!fits) {
      faults.add(
        at(null, '@context'),
        `has more than ${MAX_CONTEXTS} contexts or ${MAX_CONTEXT_BYTES} bytes; each record carries it`,
      );
    }
    this.prefixes = new JsonLdPrefixes(fits ? context : undefined, null, at(null, '@context'), faults);
    this.#contexts = fits ? distinct : new Map();
    this.#list = [...this.#contexts.values()];
  }

  /**
   * The contexts of the document and, behind them, what an event's own `@context` adds: not again what would change
   * nothing, an address that is there or the object that was the last one.
   */
  with(own: JsonValue | undefined): readonly JsonValue[] {
    const list = [...this.#list];
    let lastObject = list.findLast(isObject);
    for (const [text, context] of distinctContexts(own)) {
      const isThere = isObject(context)
        ? lastObject !== undefined && canonicalJson(lastObject) === text
        : this.#contexts.has(text);
      if (isThere) continue;
      list.push(context);
      if (isObject(context)) lastObject = context;
    }
    return list;
  }
}

function distinctContexts(context: JsonValue | undefined): Map<string, JsonValue> {
  const list = context === undefined ? [] : isArray(context) ? context : [context];
  return new Map(list.map((item) => [canonicalJson(item), item]));
}
