import { isWellFormed, type JsonValue } from '@cotrace/core';
import * as jsonc from 'jsonc-parser';
import { sameDecimal } from './decimal.js';
import { at, formatPath, MAX_FAULTS, segments, type Fault, type Path } from './fault.js';

/** A place in a text: line and column, from 1, in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A sentence about a field, and where the field is in its file. */
export interface FieldMessage extends Place {
  /** Such as `epcisBody.eventList[3].bizStep`. */
  readonly path: string;
  readonly message: string;
}

const STRICT = { disallowComments: true, allowTrailingComma: false };

/** A member that is a comment. */
export interface Comment extends Place {
  readonly path: Path;
}

/** JSON whose places in the text are known. */
export class LocatedJson {
  /** The value, without comments; undefined where the text is no JSON. */
  readonly value: JsonValue | undefined;
  /** Members whose names begin with `_`: comments, left out of `value`. */
  readonly comments: readonly Comment[];
  /** What is wrong with the values that the text spells. */
  readonly faults: readonly Fault[];
  readonly #path: Path;
  readonly #placeOf: (offset: number) => Place;
  readonly #root: jsonc.Node | null;
  readonly #members = new Map<jsonc.Node, ReadonlyMap<string, jsonc.Node>>();
  readonly #syntaxFault: { readonly message: string; readonly offset: number } | null;

  /** `text` must not nest deeply: see `outlineOf`. `path`: of the value in its file; `placeOf`: places in the file by those in `text`. */
  constructor(text: string, path: Path, placeOf: (offset: number) => Place) {
    this.#path = path;
    this.#placeOf = placeOf;
    const found: Found = { text, comments: [], faults: [] };
    const errors: jsonc.ParseError[] = [];
    this.#root = jsonc.parseTree(text, errors, STRICT) ?? null;
    this.#syntaxFault = syntaxFault(text, errors);
    const root = this.#syntaxFault === null ? this.#root : null;
    this.value = root === null ? undefined : toValue(root, path, found);
    this.comments = found.comments.map(({ path: at, offset }) => ({ path: at, ...placeOf(offset) }));
    this.faults = found.faults;
  }

  /** Why the text is not JSON, and where; null where it is. */
  get syntaxFault(): FieldMessage | null {
    if (this.#syntaxFault === null) return null;
    const { message, offset } = this.#syntaxFault;
    return { path: formatPath(null), message, ...this.#placeOf(offset) };
  }

  /** The place of `path`, or of the nearest thing around it that is there. */
  locate(path: Path): Place {
    let node = this.#root;
    for (const step of segments(path).slice(segments(this.#path).length)) {
      const inner = node === null ? null : this.#inner(node, step);
      if (inner === null) break;
      node = inner;
    }
    return this.#placeOf((node?.parent?.type === 'property' ? node.parent : node)?.offset ?? 0);
  }

  /** What `step` leads to from an array or object; each object is searched through once. */
  #inner(node: jsonc.Node, step: string | number): jsonc.Node | null {
    if (typeof step === 'number') return node.type === 'array' ? (node.children?.[step] ?? null) : null;
    if (node.type !== 'object') return null;
    let members = this.#members.get(node);
    if (members === undefined) {
      members = membersOf(node);
      this.#members.set(node, members);
    }
    return members.get(step) ?? null;
  }

  /** A fault with its path as text and its place. */
  describe({ path, message }: Fault): FieldMessage {
    return { path: formatPath(path), message, ...this.locate(path) };
  }
}

/** The values of an object by name; the first of those that share one. */
function membersOf(object: jsonc.Node): Map<string, jsonc.Node> {
  const members = new Map<string, jsonc.Node>();
  for (const { children } of object.children ?? []) {
    const [name, value] = children ?? [];
    if (name !== undefined && value !== undefined && !members.has(String(name.value))) {
      members.set(String(name.value), value);
    }
  }
  return members;
}

function syntaxFault(
  text: string,
  errors: readonly jsonc.ParseError[],
): { message: string; offset: number } | null {
  const [first] = errors;
  if (first !== undefined) {
    return { message: `is not JSON: ${jsonc.printParseErrorCode(first.error)}`, offset: first.offset };
  }
  // What this parser lets pass and JSON does not (RFC 8259) must not pass either.
  try {
    JSON.parse(text);
  } catch (error) {
    return { message: `is not JSON: ${error instanceof Error ? error.message : String(error)}`, offset: 0 };
  }
  return null;
}

interface Found {
  readonly text: string;
  readonly comments: { readonly path: Path; readonly offset: number }[];
  readonly faults: Fault[];
}

/** More faults than anybody is told are not kept. */
function addFault({ faults }: Found, path: Path, message: string): void {
  if (faults.length <= MAX_FAULTS) faults.push({ path, message });
}

function toValue(node: jsonc.Node, path: Path, found: Found): JsonValue {
  switch (node.type) {
    case 'array':
      return (node.children ?? []).map((item, i) => toValue(item, at(path, i), found));
    case 'object':
      return toObject(node, path, found);
    default:
      return toScalar(node, path, found);
  }
}

function toObject(node: jsonc.Node, path: Path, found: Found): JsonValue {
  const members: Record<string, JsonValue> = {};
  for (const property of node.children ?? []) {
    const [nameNode, valueNode] = property.children ?? [];
    if (nameNode === undefined || valueNode === undefined) continue;
    const name = toText(nameNode.value, path, found);
    const inner = at(path, name);
    if (name.startsWith('_')) {
      found.comments.push({ path: inner, offset: property.offset });
      continue;
    }
    if (Object.hasOwn(members, name)) addFault(found, inner, 'occurs twice');
    members[name] = toValue(valueNode, inner, found);
  }
  return members;
}

function toScalar({ value, offset, length }: jsonc.Node, path: Path, found: Found): JsonValue {
  if (typeof value === 'string') return toText(value, path, found);
  if (typeof value === 'number') return toNumber(found.text.slice(offset, offset + length), path, found);
  return typeof value === 'boolean' ? value : null;
}

/** Numbers become doubles (RFC 8785): one that would not come back with the same digits is a fault. */
function toNumber(text: string, path: Path, found: Found): number {
  const value = Number(text);
  if (Number.isFinite(value) && sameDecimal(text, String(value))) return value;
  const instead = Number.isFinite(value) ? `it would be recorded as ${value}` : 'it is too large';
  addFault(
    found,
    path,
    `is a number that cannot be kept to the digit: ${instead}; round it, or, in a field of your own, write it as a text`,
  );
  return 0;
}

// What follows may rely on well-formed text: what is not is a fault, and something that is is in its place.
function toText(value: unknown, path: Path, found: Found): string {
  const text = String(value);
  if (isWellFormed(text)) return text;
  addFault(found, path, 'holds a lone surrogate');
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
