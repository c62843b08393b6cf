import { type ErrorCode, isCotraceError, shown, shownJson } from '@cotrace/core';
import { printLines } from '@cotrace/network';
import { describe } from '../node/log.js';
import { systemErrorText } from '../node/system-error.js';

/** Exit codes of every command. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  someRefused: 3,
  notOnLedger: 4,
  superseded: 5,
  disproved: 6,
  /** As a shell reports a program that Ctrl-C ended. */
  interrupted: 130,
} as const;

/** The exit code of a command that ends with an error of a class; one that is `named` beside a result ends none. */
export const EXIT_OF_CLASS = {
  failed: EXIT.failed,
  usage: EXIT.usage,
  refused: EXIT.someRefused,
  disproved: EXIT.disproved,
  interrupted: EXIT.interrupted,
  named: EXIT.failed,
} as const;

/** Where a command writes: results on standard output, what is going on on standard error. */
export class Output {
  readonly json: boolean;

  constructor(json: boolean) {
    this.json = json;
  }

  /**
   * The result: lines for people from `human`, `value` with `--json`. Bigints become decimal strings, bytes hexadecimal. A line
   * of `human` stays one, whatever is in it.
   */
  result(value: unknown, human: () => readonly string[]): void {
    printLines('stdout', this.json ? toJson(value, 2).split('\n') : human());
  }

  /** A part of the result that people are shown as soon as it is known; with `--json` it is in the result alone. */
  part(human: () => readonly string[]): void {
    if (!this.json) printLines('stdout', human());
  }

  /** One line of what is going on; it never mixes with the result. */
  progress(message: string): void {
    printLines('stderr', [message]);
  }
}

/** Prints an error without a stack trace. */
export function printError(error: unknown, json: boolean): void {
  const known = isCotraceError(error);
  const code = known ? error.code : codeOfOther(error);
  const detail = known ? error.detail : {};
  const line = json
    ? toJson({ error: { code, message: describe(error), detail } })
    : `cotrace: ${describe(error)}`;
  printLines('stderr', [line]);
}

/** The code of an error that is not Cotrace's. */
function codeOfOther(error: unknown): ErrorCode {
  return systemErrorText(error) === null ? 'UNEXPECTED' : 'SYSTEM';
}

/** The exit code of a command that ends with an error. The tables of codes are loaded here: a command starts without them. */
export async function exitCodeOf(error: unknown): Promise<number> {
  if (!isCotraceError(error)) return EXIT.failed;
  const { exitClassOf } = await import('./code-tables.js');
  return EXIT_OF_CLASS[exitClassOf(error.code)];
}

/** A value as JSON; bigints become decimal strings, bytes hexadecimal, and hidden characters are escaped. */
export function toJson(value: unknown, indent?: number): string {
  return shownJson(JSON.stringify(value, jsonMember, indent));
}

function jsonMember(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return value;
}

/** Rows as columns, each as wide as its widest cell: a line a row. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(shown));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  return cells.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? cell.length))
      .join('  ')
      .trimEnd(),
  );
}

/** A number of bytes for people: `12.3 kB`. */
export function bytes(count: number | bigint): string {
  let value = Number(count);
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (value < 1000 || unit === 'GB') return `${unit === 'B' ? String(value) : value.toFixed(1)} ${unit}`;
    value /= 1000;
  }
  return String(value);
}
