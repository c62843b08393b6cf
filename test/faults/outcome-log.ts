import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { EventOutcome } from '../../gateway-app/client/event-outcome.js';

/** What a line of the log says; the block is a decimal string in JSON. */
export type LoggedOutcome = Omit<EventOutcome, 'block'> & { readonly block: string | null };

/** Reads what `cotrace capture --log` appends, as it grows. */
export class OutcomeLog {
  readonly #path: string;
  readonly #outcomes: LoggedOutcome[] = [];
  #offset = 0;
  #rest = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** All outcomes so far, of every run. */
  read(): readonly LoggedOutcome[] {
    const lines = `${this.#rest}${this.#more()}`.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#outcomes.push(JSON.parse(line) as LoggedOutcome);
    return this.#outcomes;
  }

  /** Number of different events that were acknowledged. */
  acknowledged(): number {
    const places = this.read().filter(({ txId }) => txId !== null);
    return new Set(places.map(({ file, path }) => `${file} ${path}`)).size;
  }

  #more(): string {
    if (!existsSync(this.#path)) return '';
    const file = openSync(this.#path, 'r');
    try {
      const chunk = Buffer.alloc(1 << 20);
      const length = readSync(file, chunk, 0, chunk.length, this.#offset);
      this.#offset += length;
      return chunk.toString('utf8', 0, length);
    } finally {
      closeSync(file);
    }
  }
}
