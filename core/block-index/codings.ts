import { CotraceError } from '../errors.js';

/**
 * Most parts of a TraceID that names its upstream identifiers; with more it is read as a name like any other. A
 * product is filed once under each, so this bounds what one identifier costs a block's tree.
 */
export const MAX_CODED_PARTS = 32;

const PART = '[A-Za-z0-9._-]+';
const ONE_PART = new RegExp(`^${PART}$`);
const CODED = new RegExp(`^${PART}(?:[/+]${PART}){0,${MAX_CODED_PARTS - 1}}$`);

/**
 * The identifiers upstream of `traceId` that it names itself by the codings of seed 002 (section 6.3): the suffix
 * `A/1`, one of several products of A, and the separator `A+B`, the product of A and B. `+` is taken apart before `/`;
 * a suffix at the end may also be that of the whole, so `A+B/1` names `A`, `B/1`, `B` and `A+B`. Each once, in the order of
 * their bytes. Empty for identifiers that are not coded, of GS1 or others; and codings count only where a record names
 * no upstream identifiers itself.
 */
export function impliedUpstream(traceId: string): string[] {
  const found = new Set<string>();
  if (CODED.test(traceId)) {
    for (const stem of stemsOf(traceId)) found.add(stem);
    for (const part of traceId.split('+')) {
      found.add(part);
      for (const stem of stemsOf(part)) found.add(stem);
    }
    found.delete(traceId);
  }
  return [...found].sort();
}

/** The TraceID of product `suffix` of `traceId`. Throws `BAD_CODING` for what is not coded text. */
export function suffixedTraceId(traceId: string, suffix: string): string {
  if (!ONE_PART.test(suffix)) throw badCoding(suffix);
  return checkedCoding(`${traceId}/${suffix}`);
}

/** The TraceID of the product of two or more upstream ones. Throws `BAD_CODING` for what is not coded text. */
export function joinedTraceId(upstream: readonly string[]): string {
  if (upstream.length < 2) throw badCoding(upstream.join('+'));
  return checkedCoding(upstream.join('+'));
}

/** `A/1/2` → `A/1`, `A`, as long as what is cut off is a suffix. */
function stemsOf(text: string): string[] {
  const stems: string[] = [];
  let stem = text;
  for (;;) {
    const cut = stem.lastIndexOf('/');
    if (cut < 0 || stem.lastIndexOf('+') > cut) return stems;
    stem = stem.slice(0, cut);
    stems.push(stem);
  }
}

function checkedCoding(text: string): string {
  if (!CODED.test(text)) throw badCoding(text);
  return text;
}

function badCoding(text: string): CotraceError {
  return new CotraceError(
    'BAD_CODING',
    `a coded TraceID has 2 to ${MAX_CODED_PARTS} parts of letters, digits, dots, underscores and hyphens`,
    { text: text.slice(0, 600) },
  );
}
