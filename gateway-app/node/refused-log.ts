import type { Log } from './log.js';
import { REFUSALS_TOLD_MS } from './limits.js';

/** Tells the first refusal of a kind at once, and those that follow once a minute, so that nobody can fill the log. */
export class RefusedLog {
  readonly #log: Pick<Log, 'warn'>;
  readonly #counts = new Map<string, { count: number; timer: NodeJS.Timeout }>();

  constructor(log: Pick<Log, 'warn'>) {
    this.#log = log;
  }

  /** `kind`: what is refused, one of a few texts. `example`: whose. */
  note(kind: string, example: string): void {
    const known = this.#counts.get(kind);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    this.#log.warn(`refused ${kind}: ${example}`);
    this.#counts.set(kind, { count: 0, timer: setTimeout(() => this.#tell(kind), REFUSALS_TOLD_MS) });
  }

  close(): void {
    for (const { timer } of this.#counts.values()) clearTimeout(timer);
  }

  #tell(kind: string): void {
    const { count = 0 } = this.#counts.get(kind) ?? {};
    this.#counts.delete(kind);
    if (count > 0) this.#log.warn(`refused ${count} more in the last minute: ${kind}`);
  }
}
