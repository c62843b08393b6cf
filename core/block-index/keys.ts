import { utf8 } from '../bytes/bytes.js';
import { isWellFormed } from '../json/json-value.js';
import type { IndexEntry } from './entry.js';
import { compareEntries } from './entry.js';
import { badKey } from './key-range.js';
import { MAX_KEY_BYTES } from './layout.js';

/** Entries in the order of a tree, with their keys in one piece. */
export interface SortedEntries {
  readonly entries: readonly IndexEntry[];
  /** The keys one behind the other. */
  readonly keys: Uint8Array;
  /** Where in `keys` each begins; one more, at the end, where the last ends. */
  readonly starts: Uint32Array;
}

/**
 * Sorts entries by the bytes of their TraceIDs, then as `compareEntries` does, and encodes the TraceIDs. Throws
 * `BAD_KEY` for a TraceID that is not 1…512 bytes of UTF-8.
 */
export function sortEntries(given: readonly IndexEntry[]): SortedEntries {
  const ascii = given.every(({ traceId }) => isAscii(traceId));
  // As text, ASCII sorts as its bytes do, and far faster.
  const compareKeys = ascii ? compareText : compareCodePoints;
  const entries = [...given].sort((a, b) => compareKeys(a.traceId, b.traceId) || compareEntries(a, b));
  const starts = new Uint32Array(entries.length + 1);
  const encoded = ascii ? null : entries.map(({ traceId }) => encode(traceId));
  let end = 0;
  entries.forEach(({ traceId }, i) => {
    const length = encoded?.[i]?.length ?? traceId.length;
    if (length === 0 || length > MAX_KEY_BYTES) throw badKey(traceId);
    end += length;
    starts[i + 1] = end;
  });
  const keys = new Uint8Array(end);
  entries.forEach(({ traceId }, i) => {
    const start = starts[i] ?? 0;
    const bytes = encoded?.[i];
    if (bytes !== undefined) keys.set(bytes, start);
    else for (let j = 0; j < traceId.length; j++) keys[start + j] = traceId.charCodeAt(j);
  });
  return { entries, keys, starts };
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function encode(traceId: string): Uint8Array {
  if (!isWellFormed(traceId)) throw badKey(traceId);
  return utf8(traceId);
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Order of the UTF-8 bytes of two texts, which is that of their code points, not of their UTF-16 units. */
function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rankOf(x) - rankOf(y);
  }
  return a.length - b.length;
}

/** Puts surrogates, which stand for the highest code points, behind every other unit. */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
