import { types } from 'node:util';
import { isCotraceError } from '@cotrace/core';
import { printLines } from '@cotrace/network';
import { Repeats } from './repeats.js';
import { systemErrorText } from './system-error.js';

/** One line a message on standard error: time, node, level, text; what went wrong comes with its cause chain. */
export class Log {
  readonly #name: string;
  readonly #repeats = new Repeats();

  constructor(name: string) {
    this.#name = name;
  }

  info(message: string): void {
    this.#write('info', message);
  }

  /** Something that the node goes on after. */
  warn(message: string, error?: unknown): void {
    this.#write('warn', error === undefined ? message : `${message}: ${describe(error)}`);
  }

  /** Something that may repeat itself: of one `kind` a few lines a minute are written, the others counted. */
  often(level: 'info' | 'warn' | 'error', kind: string, message: string, error?: unknown): void {
    const left = this.#repeats.next(kind, Date.now());
    if (left === null) return;
    const told = left === 0 ? message : `${message} (and ${left} times more since the last line)`;
    this.#write(level, error === undefined ? told : `${told}: ${describe(error)}`);
  }

  /** Something that needs a person. */
  error(message: string, error?: unknown): void {
    this.#write('error', error === undefined ? message : `${message}: ${describe(error)}`);
  }

  #write(level: string, text: string): void {
    printLines('stderr', [`${new Date().toISOString()} ${this.#name} ${level} ${text}`]);
  }
}

/** Tells of requests that failed; callers choose how often, so each code has a few lines a minute. */
export function requestErrors(log: Log): (error: unknown) => void {
  return (error) =>
    log.often('warn', `request ${isCotraceError(error) ? error.code : ''}`, 'a request failed', error);
}

/** An error with its causes, in one line. */
export function describe(error: unknown): string {
  if (!(error instanceof Error || types.isNativeError(error))) return String(error);
  const code = 'code' in error ? `[${String(error.code)}] ` : '';
  const cause = error.cause === undefined ? '' : ` <- ${describe(error.cause)}`;
  return `${code}${systemErrorText(error) ?? error.message}${cause}`;
}
