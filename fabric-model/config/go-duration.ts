const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const TERM = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;
const MAX_TERMS = 32;

/**
 * Milliseconds of an unsigned duration as Go's `time.ParseDuration` reads it, such as `200ms` or
 * `1m30s`, the form of the orderer's BatchTimeout; null if the text is none.
 */
export function goDuration(text: string): number | null {
  if (text === '0') return 0;
  let milliseconds = 0;
  let end = 0;
  let terms = 0;
  for (const [term, value = '', unit = ''] of text.matchAll(TERM)) {
    milliseconds += Number(value) * (UNITS_MS[unit] ?? Number.NaN);
    end += term.length;
    if (++terms > MAX_TERMS) return null;
  }
  return terms > 0 && end === text.length ? milliseconds : null;
}
