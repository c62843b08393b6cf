import { isWellFormed, type JsonValue } from '@cotrace/core';
import * as jsonc from 'jsonc-parser';
import { at, formatPath, segments, type Fault, type Path } from './fault.js';

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

/** How deep a document may nest; a record of it adds a few levels and must stay under the limit of canonical JSON. */
const MAX_DEPTH = 64;

const STRICT = { disallowComments: true, allowTrailingComma: false };

/** More faults than these in the text are those of the document. */
const MAX_FAULTS = 1000;

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
  /** What is wrong with the values that the text spells: at most `MAX_FAULTS`, then one at the root. */
  readonly faults: readonly Fault[];
  readonly #root: jsonc.Node | null;
  readonly #members = new Map<jsonc.Node, ReadonlyMap<string, jsonc.Node>>();
  readonly #lineStarts: readonly number[];
  readonly #syntaxFault: { readonly message: string; readonly offset: number } | null;

  constructor(text: string) {
    this.#lineStarts = lineStarts(text);
    const found: Found = { comments: [], faults: [] };
    const errors: jsonc.ParseError[] = [];
    const deep = tooDeep(text);
    this.#root = deep === null ? (jsonc.parseTree(text, errors, STRICT) ?? null) : null;
    this.#syntaxFault = deep ?? syntaxFault(text, errors);
    const root = this.#syntaxFault === null ? this.#root : null;
    this.value = root === null ? undefined : toValue(root, null, found);
    this.comments = found.comments.map(({ path, offset }) => ({ path, ...this.#place(offset) }));
    this.faults = found.faults;
  }

  /** Why the text is no JSON, and where; null where it is. */
  get syntaxFault(): FieldMessage | null {
    if (this.#syntaxFault === null) return null;
    return { path: '(root)', message: this.#syntaxFault.message, ...this.#place(this.#syntaxFault.offset) };
  }

  /** The place of `path`, or of the nearest thing around it that is there. */
  locate(path: Path): Place {
    let node = this.#root;
    for (const step of segments(path)) {
      const inner = node === null ? null : this.#inner(node, step);
      if (inner === null) break;
      node = inner;
    }
    return this.#place((node?.parent?.type === 'property' ? node.parent : node)?.offset ?? 0);
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

  #place(offset: number): Place {
    let [low, high] = [0, this.#lineStarts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
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

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) starts.push(index + end.length);
  return starts;
}

// The parser recurses, so a hostile text must be kept from it before its nesting ends the call stack.
function tooDeep(text: string): { message: string; offset: number } | null {
  const scanner = jsonc.createScanner(text, true);
  let depth = 0;
  do {
    scanner.scan();
    const first = text.charAt(scanner.getTokenOffset());
    if (first === '{' || first === '[') depth += 1;
    if (first === '}' || first === ']') depth -= 1;
    if (depth > MAX_DEPTH) {
      return { message: `nests deeper than ${MAX_DEPTH} levels`, offset: scanner.getTokenOffset() };
    }
  } while (scanner.getTokenOffset() < text.length);
  return null;
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
  readonly comments: { readonly path: Path; readonly offset: number }[];
  readonly faults: Fault[];
}

function addFault({ faults }: Found, path: Path, message: string): void {
  if (faults.length < MAX_FAULTS) faults.push({ path, message });
  else if (faults.length === MAX_FAULTS)
    faults.push({ path: null, message: 'has too many faults; the rest is not read' });
}

function toValue(node: jsonc.Node, path: Path, found: Found): JsonValue {
  switch (node.type) {
    case 'array':
      return (node.children ?? []).map((item, i) => toValue(item, at(path, i), found));
    case 'object':
      return toObject(node, path, found);
    default:
      return toScalar(node.value, path, found);
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

function toScalar(value: unknown, path: Path, found: Found): JsonValue {
  if (typeof value === 'string') return toText(value, path, found);
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    addFault(found, path, 'is a number that is too large');
    return 0;
  }
  return typeof value === 'boolean' ? value : null;
}

// What follows may rely on well-formed text: what is not is a fault, and something that is is in its place.
function toText(value: unknown, path: Path, found: Found): string {
  const text = String(value);
  if (isWellFormed(text)) return text;
  addFault(found, path, 'holds a lone surrogate');
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
