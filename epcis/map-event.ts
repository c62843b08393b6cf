import { type ClientRecord, MAX_IDENTIFIERS, rowsAndMarks, type TraceRef } from '@cotrace/core';
import { containmentOf } from './containment.js';
import { toUtc } from './date-time.js';
import type { DocumentContext } from './document-context.js';
import { ruleFor, takesAll, type DomainRule } from './domain-rules.js';
import { eventHash } from './event-hash.js';
import { at, type Fault, type Faults, type Path } from './fault.js';
import { isArray, isObject, member, type JsonObject } from './json.js';
import { checkContexts, JsonLdPrefixes } from './json-ld-prefixes.js';
import { tracesOf } from './traces-of.js';

/** An event as it goes to the ledger. */
export interface MappedEvent {
  readonly domain: string;
  readonly record: ClientRecord;
  /** Whether no rule but the one for all other events fits it. */
  readonly byRuleForOthers: boolean;
  /** What is odd about its identifiers, and was taken all the same. */
  readonly warnings: readonly Fault[];
}

/** What a document says about all of its events. */
export interface DocumentSetting {
  /** The document's `@context`; null for an event that stands alone. */
  readonly context: DocumentContext | null;
  /** Names of extension fields that are no part of an event: see `ignoredFields`. */
  readonly ignored: ReadonlySet<string>;
  readonly rules: readonly DomainRule[];
}

/**
 * The record of a valid event, and the domain of its business step. `data` is the event as received, with the
 * document's context beside its own, so that it stands alone and its hash can be computed again.
 * Null, with the reasons in `faults`, where an identifier or a prefix is not allowed, there are more identifiers than a record
 * may have, or no rule names a domain.
 */
export function mapEvent(
  event: JsonObject,
  path: Path,
  setting: DocumentSetting,
  faults: Faults,
): MappedEvent | null {
  const before = faults.count;
  const own = withoutFields(event, setting.ignored);
  const outer = setting.context?.prefixes ?? null;
  const prefixes = new JsonLdPrefixes(member(own, '@context'), outer, at(path, '@context'), faults);
  checkContexts(own, path, prefixes, faults);
  const step = stepOf(own, prefixes);
  const rule = ruleFor(
    { eventType: textOf(own, 'type') ?? '', step, action: textOf(own, 'action') },
    setting.rules,
  );
  if (rule === null) faults.add(at(path, 'bizStep'), 'no capture rule names a domain for this event');
  const eventTime = toUtc(textOf(own, 'eventTime') ?? '');
  if (eventTime === null) faults.add(at(path, 'eventTime'), 'is outside the years 0 to 9999');
  const { traces, warnings } = tracesOf(own, path, prefixes, faults);
  checkCounts(traces, path, faults);
  if (rule === null || eventTime === null || faults.count > before) return null;

  const eventID = textOf(own, 'eventID');
  const hash = eventHash(own, prefixes);
  // A declaration of error repeats the event that it declares wrong, id included (EPCIS 2.0, section 7.4.1.2).
  const corrects = Object.hasOwn(own, 'errorDeclaration') ? [eventID ?? hash] : null;
  return {
    domain: rule.domain,
    byRuleForOthers: takesAll(rule),
    warnings: [...warnings, ...oddities(eventID, hash, traces, path)],
    record: {
      step,
      eventTime,
      ...containmentOf(own, traces),
      traces,
      data: standAlone(own, setting.context),
      eventHash: hash,
      eventID,
      corrects,
    },
  };
}

function textOf(event: JsonObject, name: string): string | null {
  const value = member(event, name);
  return typeof value === 'string' ? value : null;
}

function withoutFields(event: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(event).filter(([name]) => !names.has(name)));
}

/** The business step: the bare word of a standard one, however it is written; else its URI; or null. */
function stepOf(event: JsonObject, prefixes: JsonLdPrefixes): string | null {
  const text = textOf(event, 'bizStep');
  return text === null ? null : prefixes.expand(text).replace(/^https?:\/\/ref\.gs1\.org\/cbv\/BizStep-/, '');
}

/** Adds to `faults` what is more than a record may have. */
function checkCounts(traces: readonly TraceRef[], path: Path, faults: Faults): void {
  const { rows, marks } = rowsAndMarks({ traces });
  const check = (ids: readonly string[], what: string): void => {
    if (ids.length > MAX_IDENTIFIERS)
      faults.add(path, `names ${ids.length} ${what}; one event may name ${MAX_IDENTIFIERS}`);
  };
  check(rows, 'things, containers and lots');
  check(marks, 'classes, lots of things and transformations');
}

/** What is odd about an event besides its identifiers: an id that claims to be its hash, and nothing that it is about. */
function oddities(eventID: string | null, hash: string, traces: readonly TraceRef[], path: Path): Fault[] {
  const odd: Fault[] = [];
  // GS1's own examples have such ids: an id is still an id where it is not the hash.
  if (eventID !== null && /^ni:/i.test(eventID) && eventID !== hash) {
    const message = `is an event hash (ni:), and not that of this event, which is ${hash}; it is recorded as an id like others`;
    odd.push({ path: at(path, 'eventID'), message });
  }
  if (traces.length === 0) {
    odd.push({ path, message: 'names no product; it is recorded, but no trace will show it' });
  }
  return odd;
}

function standAlone(event: JsonObject, context: DocumentContext | null): JsonObject {
  return context === null ? event : { ...event, '@context': context.with(member(event, '@context')) };
}

const IGNORE_FIELDS = 'https://repository-x.example.com/ignoreFields';

/**
 * Extension fields that a document declares to be bookkeeping of its sender and no part of its events: the
 * `ignoreFields` of the document or its query results, as the reference implementation of the event hash names
 * them. Standard fields cannot be ignored.
 */
export function ignoredFields(document: JsonObject, prefixes: JsonLdPrefixes): ReadonlySet<string> {
  const body = member(document, 'epcisBody');
  const results = isObject(body) ? member(body, 'queryResults') : undefined;
  const lists = [document, results]
    .filter(isObject)
    .flatMap((holder) => Object.entries(holder))
    .filter(([name]) => prefixes.expand(name) === IGNORE_FIELDS);
  const names = lists.flatMap(([, value]) => (isArray(value) ? value : [value]));
  return new Set(names.filter((name) => typeof name === 'string').filter((name) => name.includes(':')));
}
