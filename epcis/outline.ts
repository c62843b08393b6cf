import * as jsonc from 'jsonc-parser';

/** A part of a text, from its first UTF-16 unit to the one behind its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A list of values: what is between its brackets, and each of its items. */
export interface ListSpan extends Span {
  readonly items: readonly Span[];
}

/** A JSON value that stands by itself in a text. */
export interface OutlinedValue extends Span {
  /** Its member `type`; null where that is not a text. */
  readonly type: string | null;
  /** Lists that may hold events, by the way to them; `ARRAY`: the value itself. */
  readonly lists: ReadonlyMap<string, ListSpan>;
}

/** Why a text cannot be read, and where. */
export interface TextFault {
  readonly message: string;
  readonly offset: number;
}

/** The ways to lists of events: of a document, of the answer to a query, and an array of events. */
export const EVENT_LIST = 'epcisBody.eventList';
export const RESULT_LIST = 'epcisBody.queryResults.resultsBody.eventList';
export const ARRAY = '';

const WAYS: ReadonlySet<string> = new Set([EVENT_LIST, RESULT_LIST, ARRAY]);
const LONGEST_WAY = 4;

/** How deep a document may nest; a record of it adds a few levels and must stay under the limit of canonical JSON. */
const MAX_DEPTH = 64;

/** The most events of a text: even an empty one costs some ten microseconds to judge and to answer for. */
export const MAX_EVENTS = 100_000;

interface OpenList {
  readonly start: number;
  readonly items: Span[];
  itemStart: number;
}

/** An object or array that is open: the way to it, the name that was read last in it, and whether a name comes next. */
interface Frame {
  readonly way: string | null;
  readonly isArray: boolean;
  readonly list: OpenList | null;
  name: string;
  nameIsNext: boolean;
}

/**
 * Where the values of a text stand (one, or those of JSON Lines), and the events in them, so that each is parsed alone and
 * its tree is not kept. Takes time linear in the text, and says nothing of what is valid JSON: the parts are to be parsed.
 * Returns why the text cannot be read where it nests too deep (a parser that recurses must not see it), has too many
 * values, or several in one line.
 */
export function outlineOf(text: string): readonly OutlinedValue[] | TextFault {
  const scanner = jsonc.createScanner(text, true);
  const outline = new Outline(text);
  do {
    scanner.scan();
    const fault = outline.take(scanner);
    if (fault !== null) return fault;
  } while (scanner.getTokenOffset() < text.length);
  return outline.finish();
}

class Outline {
  readonly #values: OutlinedValue[] = [];
  readonly #text: string;
  readonly #frames: Frame[] = [];
  #lists = new Map<string, ListSpan>();
  #type: string | null = null;
  #start = 0;
  #count = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(scanner: jsonc.JSONScanner): TextFault | null {
    const offset = scanner.getTokenOffset();
    const first = this.#text.charAt(offset);
    if (this.#frames.length === 0) {
      if (first === '') return null;
      const fault = this.#begin(offset);
      if (fault !== null) return fault;
    }
    const frame = this.#frames.at(-1) ?? null;
    if (first === '{' || first === '[') {
      if (this.#frames.length === MAX_DEPTH)
        return { message: `nests deeper than ${MAX_DEPTH} levels`, offset };
      this.#open(frame, first === '[', offset);
    } else if (first === '}' || first === ']') this.#close(offset);
    else if (first === ',' && frame !== null) return this.#next(frame, offset);
    else if (first === ':' && frame !== null) frame.nameIsNext = false;
    else if (first === '"' && frame !== null) this.#word(frame, scanner);
    if (this.#frames.length === 0) this.#end(offset + scanner.getTokenLength());
    return this.#count > MAX_EVENTS
      ? { message: `has more than ${MAX_EVENTS} events; a file may have ${MAX_EVENTS}: split it`, offset }
      : null;
  }

  /** What is not closed, or nothing at all, is a value whose parser says what is wrong. */
  finish(): readonly OutlinedValue[] {
    if (this.#frames.length > 0 || this.#values.length === 0) this.#end(this.#text.length);
    const last = this.#values.at(-1);
    return last === undefined ? [] : this.#values.with(-1, { ...last, end: this.#text.length });
  }

  #begin(offset: number): TextFault | null {
    const last = this.#values.at(-1);
    if (last !== undefined && !/[\r\n]/.test(this.#text.slice(last.end, offset))) {
      return { message: 'is not JSON: something follows its end', offset };
    }
    // What is between two values is parsed with the second, and what is behind the last with that: a comment is not JSON.
    this.#start = last?.end ?? 0;
    this.#lists = new Map();
    this.#type = null;
    if (last !== undefined) this.#count += 1;
    return null;
  }

  #end(end: number): void {
    this.#values.push({ start: this.#start, end, type: this.#type, lists: this.#lists });
  }

  #open(outer: Frame | null, isArray: boolean, offset: number): void {
    const way = outer === null ? ARRAY : this.#wayIn(outer);
    const isList = isArray && way !== null && WAYS.has(way);
    const list = isList ? { start: offset + 1, items: [], itemStart: offset + 1 } : null;
    this.#frames.push({ way: isArray ? null : way, isArray, list, name: '', nameIsNext: !isArray });
  }

  #wayIn({ way, name }: Frame): string | null {
    if (way === null || this.#frames.length > LONGEST_WAY || !/^[A-Za-z]+$/.test(name)) return null;
    return way === ARRAY ? name : `${way}.${name}`;
  }

  #close(offset: number): void {
    const list = this.#frames.pop()?.list ?? null;
    const outer = this.#frames.at(-1);
    if (list === null) return;
    // A list that is closed by something else, or a second one of the same name, is found where its surroundings are parsed.
    const isEmpty = list.items.length === 0 && this.#text.slice(list.start, offset).trim() === '';
    if (!isEmpty) this.#item(list, offset);
    const way = outer === undefined ? ARRAY : this.#wayIn(outer);
    if (way !== null && !this.#lists.has(way))
      this.#lists.set(way, { start: list.start, end: offset, items: list.items });
  }

  #next(frame: Frame, offset: number): null {
    frame.nameIsNext = !frame.isArray;
    if (frame.list !== null) this.#item(frame.list, offset);
    return null;
  }

  #item(list: OpenList, end: number): void {
    this.#count += 1;
    if (this.#count <= MAX_EVENTS) list.items.push({ start: list.itemStart, end });
    list.itemStart = end + 1;
  }

  #word(frame: Frame, scanner: jsonc.JSONScanner): void {
    if (frame.way === null) return;
    if (frame.nameIsNext) frame.name = scanner.getTokenValue();
    else if (frame.way === ARRAY && frame.name === 'type') this.#type = scanner.getTokenValue();
  }
}
