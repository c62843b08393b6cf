import { type ClientRecord, identify, shortTraceId } from '@cotrace/core';

/** Event hashes. */
interface Uses {
  readonly made: Set<string>;
  readonly used: Set<string>;
}

/** How often the transformations of a file make and use up single things: what is so more than once is likely a container. */
export class MadeAndUsed {
  readonly #things = new Map<string, Uses>();

  add({ traces, eventHash, corrects }: ClientRecord): void {
    if (corrects !== null) return;
    for (const { id, role } of traces) {
      if ((role !== 'input' && role !== 'output') || identify(id).nature !== 'instance') continue;
      const uses = this.#things.get(id) ?? { made: new Set(), used: new Set() };
      this.#things.set(id, uses);
      (role === 'output' ? uses.made : uses.used).add(eventHash);
    }
  }

  /** A sentence about each thing that is made or used more than once, or both by one event. */
  *odd(): Generator<string, void, void> {
    for (const [id, { made, used }] of this.#things) {
      if (made.size < 2 && used.size < 2 && [...made].every((event) => !used.has(event))) continue;
      yield (
        `${shortTraceId(id)} is one thing, and is made by ${events(made)} and used up by ${events(used)} here; ` +
        'what is filled and emptied, such as a tank, belongs in an aggregation'
      );
    }
  }
}

function events({ size }: ReadonlySet<string>): string {
  return size === 1 ? '1 event' : `${size} events`;
}
