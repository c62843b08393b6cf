import { DocumentContext } from './document-context.js';
import { Faults, formatPath, segments, type Fault } from './fault.js';
import { DEFAULT_DOMAIN_RULES, type DomainRule } from './domain-rules.js';
import { traceableCheck } from './event-schema.js';
import { isObject, member } from './json.js';
import { LocatedJson, type FieldMessage, type Place } from './located-json.js';
import { ignoredFields, mapEvent, type MappedEvent } from './map-event.js';
import { validateEpcis, type Judged, type JudgedEvent } from './validate.js';

/** Longest document that is read: parsed, it takes some 20 times its size in memory. */
export const MAX_DOCUMENT_LENGTH = 32 * 1024 * 1024;

/** What became of one event of a file. */
export type ReadResult =
  | ({ readonly ok: true } & Omit<MappedEvent, 'warnings'>)
  | { readonly ok: false; readonly errors: readonly FieldMessage[] };

export interface ReadEvent extends Place {
  /** Place in the document's list of events, from 0. */
  readonly index: number;
  /** Such as `epcisBody.eventList[3]`; `(root)` for an event that stands alone. */
  readonly path: string;
  readonly result: ReadResult;
}

/** A file of EPCIS events, read. */
export interface ReadFile {
  readonly name: string;
  /** In the order of the file. One refused event stands for a file in which no event can be found. */
  readonly events: readonly ReadEvent[];
  readonly warnings: readonly string[];
}

/**
 * Reads the text of a file that holds an EPCIS 2.0 document or a single event: validates it and makes of each
 * event the record and the domain to send it to. An event that is wrong is refused, the others go on; where the
 * document around them is wrong, all are. `rules` choose the domains.
 * Never throws for what the text holds; every message names the field and its place.
 */
export function readEpcisFile(
  text: string,
  name: string,
  rules: readonly DomainRule[] = DEFAULT_DOMAIN_RULES,
): ReadFile {
  if (text.length > MAX_DOCUMENT_LENGTH) {
    return refusedFile(name, `is longer than ${MAX_DOCUMENT_LENGTH} characters; split it`);
  }
  const json = new LocatedJson(text.replace(/^\ufeff/, ''));
  if (json.value === undefined) {
    const fault = json.syntaxFault ?? { path: ROOT, message: 'is empty', line: 1, column: 1 };
    return { name, events: refuseAll([fault]), warnings: [] };
  }
  const judged = validateEpcis(json.value);
  assignTextFaults(json.faults, judged);
  const { document, envelope } = judged;
  const context = document === null ? null : new DocumentContext(member(document, '@context'), envelope);
  const envelopeErrors = envelope.list.map((fault) => json.describe(fault));
  if (envelopeErrors.length > 0 && judged.events.length === 0) {
    return { name, events: refuseAll(envelopeErrors), warnings: commentsOf(json) };
  }
  const setting = {
    context,
    ignored:
      document === null || context === null ? new Set<string>() : ignoredFields(document, context.prefixes),
    rules,
  };
  const odd = new Faults();
  const events = judged.events.map((event): ReadEvent => {
    const place = { index: event.index, path: formatPath(event.path), ...json.locate(event.path) };
    const result =
      envelopeErrors.length > 0 ? refuse(event, json, envelopeErrors) : read(event, setting, json, odd);
    return { ...place, result };
  });
  return { name, events, warnings: [...commentsOf(json), ...odditiesOf(odd, json)] };
}

const ROOT = formatPath(null);

/** A file in which no event can be found: one refused event stands for it. `message` says what the file is. */
export function refusedFile(name: string, message: string): ReadFile {
  return { name, events: refuseAll([{ path: ROOT, message, line: 1, column: 1 }]), warnings: [] };
}

/** More comments than these are only counted. */
const MAX_WARNINGS = 20;

function commentsOf({ comments }: LocatedJson): string[] {
  const warnings = comments.slice(0, MAX_WARNINGS).map(({ path, line }) => {
    return `${formatPath(path)} (line ${line}) begins with _ and is ignored as a comment`;
  });
  const more = comments.length - warnings.length;
  return more === 0 ? warnings : [...warnings, `${more} more members begin with _ and are ignored`];
}

function odditiesOf({ list, count }: Faults, json: LocatedJson): string[] {
  const warnings = list.map((fault) => {
    const { path, line, message } = json.describe(fault);
    return `${path} (line ${line}) ${message}`;
  });
  const more = count - list.length;
  return more === 0 ? warnings : [...warnings, `${more} more identifiers are odd in such ways`];
}

/** The only entry of a file whose events cannot be told apart. */
function refuseAll(errors: readonly FieldMessage[]): ReadEvent[] {
  const { line, column } = errors[0] ?? { line: 1, column: 1 };
  return [{ index: 0, path: ROOT, line, column, result: { ok: false, errors } }];
}

function refuse(event: JudgedEvent, json: LocatedJson, more: readonly FieldMessage[] = []): ReadResult {
  return { ok: false, errors: [...more, ...event.faults.list.map((fault) => json.describe(fault))] };
}

function read(
  event: JudgedEvent,
  setting: Parameters<typeof mapEvent>[2],
  json: LocatedJson,
  odd: Faults,
): ReadResult {
  const { value, path, faults } = event;
  if (faults.count === 0) traceableCheck(value, path, faults);
  if (faults.count === 0 && isObject(value)) {
    const mapped = mapEvent(value, path, setting, faults);
    if (mapped !== null) {
      const { warnings, ...rest } = mapped;
      for (const warning of warnings) odd.add(warning.path, warning.message);
      return { ok: true, ...rest };
    }
  }
  return refuse(event, json);
}

/** A fault of the text inside an event is the event's, any other the document's. */
function assignTextFaults(found: readonly Fault[], { envelope, events }: Judged): void {
  const way = segments(events[0]?.path ?? null).slice(0, -1);
  const single = events[0]?.path === null ? events[0] : undefined;
  for (const { path, message } of found) {
    const steps = segments(path);
    const index = steps[way.length];
    const inside = typeof index === 'number' && way.every((step, i) => step === steps[i]);
    const event = single ?? (inside ? events[index] : undefined);
    (event?.faults ?? envelope).add(path, message);
  }
}
