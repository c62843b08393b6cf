import { DocumentContext } from './document-context.js';
import type { DomainRule } from './domain-rules.js';
import { traceableCheck } from './event-schema.js';
import { at, formatPath, type Faults, type Path } from './fault.js';
import { isObject, member } from './json.js';
import { LineIndex } from './line-index.js';
import { LocatedJson, type FieldMessage } from './located-json.js';
import { ignoredFields, mapEvent, type DocumentSetting } from './map-event.js';
import { MadeAndUsed } from './made-and-used.js';
import { masterDataIn } from './master-data.js';
import { ARRAY, outlineOf, type ListSpan, type OutlinedValue, type Span } from './outline.js';
import type { ReadEvent, ReadFile, ReadResult } from './read-file.js';
import { eventListOf, judgeDocument, judgeEvent, judgeSingle } from './validate.js';
import { Warnings } from './warnings.js';

/** What holds for an event: its document, and what is wrong with that. */
interface Around {
  readonly setting: DocumentSetting;
  readonly errors: readonly FieldMessage[];
}

/**
 * Reads the text of one file, each event as a part of its own, so that there is never more than one as a tree with places.
 * Methods that read return what makes the text no JSON; then nothing of the file counts.
 */
export class FileReader {
  readonly #text: string;
  readonly #lines: LineIndex;
  readonly #alone: Around;
  readonly #events: ReadEvent[] = [];
  readonly #warnings = new Warnings();
  readonly #madeAndUsed = new MadeAndUsed();

  constructor(text: string, rules: readonly DomainRule[]) {
    this.#text = text;
    this.#lines = new LineIndex(text);
    this.#alone = { setting: { context: null, ignored: new Set(), rules }, errors: [] };
  }

  read(): Omit<ReadFile, 'name'> {
    const outline = outlineOf(this.#text);
    if ('offset' in outline) {
      const { message, offset } = outline;
      return refused({ path: formatPath(null), message, ...this.#lines.placeOf(offset) });
    }
    for (const value of outline) {
      const fault = this.#readValue(value);
      if (fault !== null) return refused(fault);
    }
    for (const sentence of this.#madeAndUsed.odd()) this.#warnings.madeAndUsed(sentence);
    return { events: this.#events, warnings: this.#warnings.list() };
  }

  #readValue(value: OutlinedValue): FieldMessage | null {
    const array = value.lists.get(ARRAY);
    if (array !== undefined) return this.#readArray(value, array);
    const way = eventListOf(value.type);
    return way === null ? this.#readSingle(value, null) : this.#readDocument(value, way);
  }

  #readArray(span: Span, list: ListSpan): FieldMessage | null {
    const { syntaxFault } = this.#parseWithout(span, list);
    if (syntaxFault !== null) return syntaxFault;
    return firstOf(list.items, (item, i) => this.#readSingle(item, at(null, i)));
  }

  #readSingle(span: Span, path: Path): FieldMessage | null {
    const json = this.#parse(span, path);
    if (json.value === undefined) return json.syntaxFault;
    this.#add(json, path, judgeSingle(json.value, path), this.#alone);
    return null;
  }

  #readDocument(span: OutlinedValue, way: string): FieldMessage | null {
    const list = span.lists.get(way) ?? null;
    const json = list === null ? this.#parse(span, null) : this.#parseWithout(span, list);
    const { value } = json;
    if (value === undefined || !isObject(value)) return json.syntaxFault;
    const faults = judgeDocument(value);
    for (const { path, message } of json.faults) faults.add(path, message);
    const context = new DocumentContext(member(value, '@context'), faults);
    const errors = faults.list.map((fault) => json.describe(fault));
    const setting = { ...this.#alone.setting, context, ignored: ignoredFields(value, context.prefixes) };
    this.#warnings.comments(json);
    this.#warnings.add(masterDataIn(value));

    const items = list?.items ?? [];
    if (errors.length > 0 && items.length === 0) this.#events.push(...refuseAll(...errors));
    const path = way.split('.').reduce<Path>(at, null);
    return firstOf(items, (item, i) => this.#readEvent(item, at(path, i), { setting, errors }));
  }

  #readEvent(span: Span, path: Path, around: Around): FieldMessage | null {
    const json = this.#parse(span, path);
    if (json.value === undefined) return json.syntaxFault;
    this.#add(json, path, judgeEvent(json.value, path), around);
    return null;
  }

  #add(json: LocatedJson, path: Path, faults: Faults, { setting, errors }: Around): void {
    for (const fault of json.faults) faults.add(fault.path, fault.message);
    this.#warnings.comments(json);
    this.#events.push({
      index: this.#events.length,
      path: formatPath(path),
      ...json.locate(path),
      result: (errors.length === 0 ? this.#map(json, path, faults, setting) : null) ?? {
        ok: false,
        errors: [...errors, ...faults.list.map((fault) => json.describe(fault))],
      },
    });
  }

  /** Null where something is wrong, with the reasons in `faults`. */
  #map(json: LocatedJson, path: Path, faults: Faults, setting: DocumentSetting): ReadResult | null {
    const { value } = json;
    if (value === undefined || !isObject(value) || faults.count > 0) return null;
    traceableCheck(value, path, faults);
    const mapped = faults.count === 0 ? mapEvent(value, path, setting, faults) : null;
    if (mapped === null) return null;
    const { warnings, ...rest } = mapped;
    for (const warning of warnings) this.#warnings.odd(json.describe(warning));
    this.#madeAndUsed.add(rest.record);
    return { ok: true, ...rest };
  }

  #parse({ start, end }: Span, path: Path): LocatedJson {
    return new LocatedJson(this.#text.slice(start, end), path, (offset) =>
      this.#lines.placeOf(start + offset),
    );
  }

  /** The value without the items of a list in it. */
  #parseWithout({ start, end }: Span, list: ListSpan): LocatedJson {
    const text = this.#text.slice(start, list.start) + this.#text.slice(list.end, end);
    const cut = list.end - list.start;
    return new LocatedJson(text, null, (offset) => {
      const place = start + offset;
      return this.#lines.placeOf(place < list.start ? place : place + cut);
    });
  }
}

function refused(fault: FieldMessage): Omit<ReadFile, 'name'> {
  return { events: refuseAll(fault), warnings: [] };
}

/** The only entry of a file or document whose events cannot be told apart. */
export function refuseAll(...errors: readonly FieldMessage[]): ReadEvent[] {
  const { line, column } = errors[0] ?? { line: 1, column: 1 };
  return [{ index: 0, path: formatPath(null), line, column, result: { ok: false, errors } }];
}

/** The first fault that `read` finds in one of `items`; null where it finds none. */
function firstOf<T>(
  items: readonly T[],
  read: (item: T, i: number) => FieldMessage | null,
): FieldMessage | null {
  for (const [i, item] of items.entries()) {
    const fault = read(item, i);
    if (fault !== null) return fault;
  }
  return null;
}
