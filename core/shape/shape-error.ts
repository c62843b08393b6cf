import { CotraceError, type ErrorCode, type ErrorDetail } from '../errors.js';
import { isArray } from '../json/is-array.js';
import { isObject } from '../json/is-object.js';
import type { JsonValue } from '../json/json-value.js';

/** A place in a value: names of members and positions in lists, from the outside in. */
export type ShapePath = readonly (string | number)[];

/** What a value was read from, and how its errors are told. */
export interface ShapeSource {
  /** Code of the errors. */
  readonly code: ErrorCode;
  /** What the whole is called, the first step of every field: `record` in `record.traces[3].id`. */
  readonly name?: string;
  /** Code of the error of a list with too many items; otherwise `code`. */
  readonly tooLarge?: ErrorCode;
  /** Where a place is for people: a file, or a file and a line. Nothing where the field says enough. */
  readonly locate?: (path: ShapePath) => string;
  /** What to do about a value that is wrong, the end of a sentence. */
  readonly advice?: string;
  /** What the detail of every error has besides, such as the path of the file. */
  readonly evidence?: ErrorDetail;
}

/** What an error has besides its message. */
export interface Fault {
  readonly detail?: ErrorDetail;
  readonly cause?: unknown;
  readonly code?: ErrorCode | undefined;
  /** The value that the detail names as `field`, where the message is about one of its members. */
  readonly whole?: Place | null;
  /** The place that people are shown, where it is not this value's. */
  readonly at?: Place | null;
}

/** A place as a chain, so that a member costs no copy of the path to it. */
export interface Place {
  readonly step: string | number;
  readonly outer: Place | null;
}

/** Most UTF-16 units of a value or a name in a message. */
const MAX_SHOWN = 80;
/** Most UTF-16 units of a list of names in a message: more than all settings of any file here. */
const MAX_LISTED = 400;

/** The error of a value at `place`; `message` continues a sentence that begins with its field. */
export function shapeError(
  source: ShapeSource,
  place: Place | null,
  message: string,
  { detail, cause, code, whole = place, at = place }: Fault,
): CotraceError {
  const { name, advice, evidence, locate } = source;
  const named = (where: Place | null): string =>
    fieldOf(name === undefined ? pathOf(where) : [name, ...pathOf(where)]);
  const file = locate?.(pathOf(at)) ?? '';
  const subject = [file, named(place)].filter((part) => part !== '').join(': ') || 'it';
  const sentence = `${subject} ${message}${advice === undefined ? '' : `; ${advice}`}`;
  const evident = { ...evidence, field: named(whole), ...(file !== '' && { place: file }), ...detail };
  return new CotraceError(code ?? source.code, sentence, evident, cause);
}

function pathOf(place: Place | null): ShapePath {
  const steps: (string | number)[] = [];
  for (let at = place; at !== null; at = at.outer) steps.push(at.step);
  return steps.reverse();
}

/** `blocks[3].body`; a name that is not a word is quoted. */
function fieldOf(path: ShapePath): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`;
      const isWord = /^[\w-]{1,80}$/.test(step);
      return isWord ? (i === 0 ? step : `.${step}`) : `[${shown(step)}]`;
    })
    .join('');
}

/** A value as errors show it. */
export function shown(value: JsonValue | undefined): string {
  if (isArray(value)) return 'a list';
  if (isObject(value)) return 'an object';
  return cut(typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_SHOWN)) : String(value));
}

/** `3 items`. */
export function itemsOf(count: number): string {
  return count === 1 ? '1 item' : `${count} items`;
}

/** Names, as errors list them. */
export function listed(names: readonly string[]): string {
  return cut(names.join(', '), MAX_LISTED);
}

/** The beginning of a text that is too long to be shown. */
export function cut(text: string, most = MAX_SHOWN): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
