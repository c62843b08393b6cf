import type { Entry } from './history.js';

/** Identifiers that a lineage may have, and branches that the limit left. Shared by all closures, those of `certain` first. */
export class Budget {
  readonly #admitted = new Set<string>();
  readonly #most: number;
  readonly cut = new Map<string, { traceId: string; organisation: string | null }>();

  constructor(most: number) {
    this.#most = most;
  }

  /** How many more it may have. */
  get room(): number {
    return this.#most - this.#admitted.size;
  }

  has(traceId: string): boolean {
    return this.#admitted.has(traceId);
  }

  admits(traceId: string, by: Entry | null): boolean {
    if (this.#admitted.has(traceId)) return true;
    if (this.#admitted.size < this.#most) {
      this.#admitted.add(traceId);
      return true;
    }
    this.leaves(traceId, by);
    return false;
  }

  /** Names a branch that the limit left. */
  leaves(traceId: string, by: Entry | null): void {
    const organisation = by?.place.organisation ?? null;
    this.cut.set(JSON.stringify([traceId, organisation]), { traceId, organisation });
  }
}
