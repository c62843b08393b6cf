import { printLines } from '@cotrace/network';

/** One line a message on standard error: time, node, level, text; what went wrong comes with its cause chain. */
export class Log {
  readonly #name: string;

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

  /** Something that needs a person. */
  error(message: string, error?: unknown): void {
    this.#write('error', error === undefined ? message : `${message}: ${describe(error)}`);
  }

  #write(level: string, text: string): void {
    printLines('stderr', [`${new Date().toISOString()} ${this.#name} ${level} ${text}`]);
  }
}

/** An error with its causes, in one line. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? `[${String(error.code)}] ` : '';
  const cause = error.cause === undefined ? '' : ` <- ${describe(error.cause)}`;
  return `${code}${error.message}${cause}`;
}
