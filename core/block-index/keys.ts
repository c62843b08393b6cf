import { utf8 } from '../bytes/bytes.js';
import { isWellFormed } from '../json/json-value.js';
import type { IndexEntry } from './entry.js';
import { badKey } from './key-range.js';
import { MAX_KEY_BYTES } from './layout.js';

/** The TraceIDs of entries as UTF-8, in one piece. */
export interface KeyArena {
  readonly keys: Uint8Array;
  /** Where in `keys` the key of each entry begins; one more, at the end, where the last ends. */
  readonly starts: Uint32Array;
}

/** Texts that are encoded in one call: it costs as much as an entry, and text has an upper limit. */
const PIECE = 4096;

const encoder = new TextEncoder();

/** Encodes the TraceIDs of entries, in their order. Throws `BAD_KEY` for one that is not 1…512 bytes of UTF-8. */
export function encodeKeys(entries: readonly IndexEntry[]): KeyArena {
  const starts = startsOf(entries, ({ traceId }) => traceId);
  const keys = new Uint8Array(starts.at(-1) ?? 0);
  for (let from = 0; from < entries.length; from += PIECE) {
    const text = entries
      .slice(from, from + PIECE)
      .map(({ traceId }) => traceId)
      .join('');
    const { read, written } = encoder.encodeInto(text, keys.subarray(starts[from]));
    // Anything but ASCII has more bytes than units of text, or does not fit.
    if (read !== text.length || written !== text.length) return encodeEach(entries);
  }
  return { keys, starts };
}

function encodeEach(entries: readonly IndexEntry[]): KeyArena {
  const encoded = entries.map(({ traceId }) => {
    if (!isWellFormed(traceId)) throw badKey(traceId);
    return { traceId, key: utf8(traceId) };
  });
  const starts = startsOf(encoded, ({ key }) => key);
  const keys = new Uint8Array(starts.at(-1) ?? 0);
  encoded.forEach(({ key }, i) => {
    keys.set(key, starts[i]);
  });
  return { keys, starts };
}

/** Where each key begins if they lie one behind the other. Throws `BAD_KEY` for a key of another length than 1…512. */
function startsOf<T extends { readonly traceId: string }>(
  entries: readonly T[],
  keyOf: (entry: T) => { readonly length: number },
): Uint32Array {
  const starts = new Uint32Array(entries.length + 1);
  let end = 0;
  entries.forEach((entry, i) => {
    const { length } = keyOf(entry);
    if (length === 0 || length > MAX_KEY_BYTES) throw badKey(entry.traceId);
    end += length;
    starts[i + 1] = end;
  });
  return starts;
}
