/** A line of a benchmark's result, or lines of it. */
export function say(text: string | readonly string[]): void {
  process.stdout.write(`${[text].flat().join('\n')}\n`);
}

/** A line about what is going on. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** For `JSON.stringify`: numbers to so many decimal places. */
export function rounded(places: number): (name: string, value: unknown) => unknown {
  const scale = 10 ** places;
  return (_name, value) => (typeof value === 'number' ? Math.round(value * scale) / scale : value);
}
