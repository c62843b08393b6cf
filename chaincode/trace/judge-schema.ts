import { RE2JSSyntaxException } from 're2js';
import { isArray, isObject, type JsonValue } from '@cotrace/core';
import { Refusal } from '../refusal.js';
import { SchemaPattern } from './schema-pattern.js';

/** How deep a schema may nest, its references followed. */
const MAX_DEPTH = 64;

/** Most JSON values in a schema, what a reference brings in counted each time. One of this size is compiled in under a second. */
const MAX_PARTS = 2048;

/** Longest regular expression, in UTF-16 units. */
const MAX_PATTERN_LENGTH = 1024;

/** Most instructions of all regular expressions together, counted in the same way: the work per character of a text. */
const MAX_PATTERN_SIZE = 2048;

/** Most items of a list whose items are compared each with each, because they may be lists or objects. */
const MAX_COMPARED = 100;

const DEFINITION = /^#\/definitions\/([A-Za-z0-9_.-]+)$/;

/** Types whose values `uniqueItems` finds in a table. */
const SCALAR_TYPES: ReadonlySet<JsonValue | undefined> = new Set(['string', 'number', 'integer', 'boolean']);

/** What part of a schema costs. */
interface Cost {
  readonly parts: number;
  readonly patternSize: number;
  readonly height: number;
}

/** The refusal of a schema; `place` is a path from its root, such as `.properties.a`. */
export function badSchema(place: string, why: string, cause?: unknown): Refusal {
  const field = 'definition.dataSchema';
  return new Refusal('BAD_DEFINITION', `${field}${place}: ${why}`, { field, place }, cause);
}

/**
 * Judges a schema from a stranger before it is compiled, in time linear in it: size, depth, references (to
 * `#/definitions/NAME`, not in circles), regular expressions and repeated items must be such that each value of a
 * record is held against each part of the schema once at most. Every process answers alike. Returns the number of parts,
 * 1…`MAX_PARTS`. Throws `BAD_DEFINITION`, naming the place.
 */
export function judgeSchema(schema: Readonly<Record<string, JsonValue>>): number {
  return new Judge(schema).cost(schema, '', 0).parts;
}

class Judge {
  readonly #definitions: ReadonlyMap<string, JsonValue>;
  readonly #known = new Map<string, Cost>();
  readonly #open = new Set<string>();

  constructor(schema: Readonly<Record<string, JsonValue>>) {
    this.#definitions = new Map(isObject(schema['definitions']) ? Object.entries(schema['definitions']) : []);
  }

  cost(value: JsonValue, place: string, depth: number): Cost {
    if (typeof value !== 'object' || value === null) return { parts: 1, patternSize: 0, height: 0 };
    if (depth > MAX_DEPTH) throw badSchema(place, `nests deeper than ${MAX_DEPTH} levels`);
    const inner = isArray(value)
      ? value.map((item, i) => this.cost(item, `${place}[${i}]`, depth + 1))
      : this.#ofObject(value, place, depth);
    const cost = {
      parts: inner.reduce((sum, { parts }) => sum + parts, 1),
      patternSize: inner.reduce((sum, { patternSize }) => sum + patternSize, 0),
      height: inner.reduce((most, { height }) => Math.max(most, height + 1), 0),
    };
    if (cost.parts > MAX_PARTS) {
      throw badSchema(place, `has more than ${MAX_PARTS} parts, counting what references bring in`);
    }
    if (cost.patternSize > MAX_PATTERN_SIZE) {
      throw badSchema(place, 'has regular expressions that are too large together');
    }
    return cost;
  }

  #ofObject(schema: Readonly<Record<string, JsonValue>>, place: string, depth: number): Cost[] {
    if (typeof schema['$id'] === 'string') throw badSchema(place, 'has an $id, which is not supported');
    checkUniqueItems(schema, place);
    const inner = Object.entries(schema).map(([name, value]) =>
      this.cost(value, `${place}.${name}`, depth + 1),
    );
    const { $ref, pattern, patternProperties } = schema;
    if (typeof $ref === 'string') inner.push(this.#ofReference($ref, place, depth));
    if (typeof pattern === 'string') inner.push(costOfPattern(pattern, `${place}.pattern`));
    if (isObject(patternProperties)) {
      for (const key of Object.keys(patternProperties)) {
        inner.push(costOfPattern(key, `${place}.patternProperties`));
      }
    }
    return inner;
  }

  #ofReference(reference: string, place: string, depth: number): Cost {
    const name = DEFINITION.exec(reference)?.[1] ?? '';
    const target = this.#definitions.get(name);
    if (target === undefined) {
      throw badSchema(place, 'has a $ref that is not "#/definitions/NAME" of a definition that is there');
    }
    if (this.#open.has(name)) throw badSchema(place, `refers to ${name} in a loop`);
    const known = this.#known.get(name);
    if (known !== undefined) {
      if (depth + 1 + known.height > MAX_DEPTH) {
        throw badSchema(place, `nests deeper than ${MAX_DEPTH} levels`);
      }
      return known;
    }
    this.#open.add(name);
    const cost = this.cost(target, `.definitions.${name}`, depth + 1);
    this.#open.delete(name);
    this.#known.set(name, cost);
    return cost;
  }
}

function costOfPattern(pattern: string, place: string): Cost {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw badSchema(place, `is longer than ${MAX_PATTERN_LENGTH} characters`);
  }
  try {
    return { parts: 0, patternSize: new SchemaPattern(pattern).size, height: 0 };
  } catch (cause) {
    if (!(cause instanceof RE2JSSyntaxException)) throw cause;
    throw badSchema(
      place,
      `is not a regular expression of RE2, which has no look-ahead and no back references (${cause.message})`,
      cause,
    );
  }
}

// Lists and objects are compared each with each: time that grows with the square of a list.
function checkUniqueItems(schema: Readonly<Record<string, JsonValue>>, place: string): void {
  if (schema['uniqueItems'] !== true) return;
  const { items, maxItems } = schema;
  if (isObject(items) && SCALAR_TYPES.has(items['type'])) return;
  if (typeof maxItems === 'number' && maxItems <= MAX_COMPARED) return;
  throw badSchema(
    place,
    `has uniqueItems without items of one simple type and without maxItems of at most ${MAX_COMPARED}`,
  );
}
