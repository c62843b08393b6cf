import type { Nature } from '@cotrace/core';
import type { ShownRecord } from '../../types.js';
import type { Fact, NaiveEvent, NaiveQuestion } from './types.js';
import { join, reason, type Why } from './why.js';

/** What is recorded and counts, and what can be asked of it event by event. */
export class Facts {
  readonly all: readonly Fact[];
  readonly natureOf: (id: string) => Nature;
  readonly #times: readonly string[];

  constructor(question: NaiveQuestion, history: readonly NaiveEvent[]) {
    this.natureOf = question.natureOf;
    const declarations = history.filter(({ record }) => record.wrong);
    this.all = history
      .filter(({ record }) => !record.wrong)
      .map(({ record, organisation }) => {
        const counts = question.recorders === null || question.recorders.has(organisation);
        const own = declarations
          .filter((one) => one.organisation === organisation && one.record.event === record.event)
          .map((one) => ({ one, order: `${one.record.time} ${one.record.recordId}` }))
          .sort((a, b) => (a.order < b.order ? -1 : 1));
        const withdrawn = own
          .slice(0, 8)
          .some(({ one }) =>
            record.traces.every(({ id, role, lot }) =>
              one.record.traces.some((named) => named.id === id && named.role === role && named.lot === lot),
            ),
          );
        return {
          record,
          organisation,
          why: join(reason(!counts, 'OTHER_RECORDER'), reason(counts && withdrawn, 'WITHDRAWN')),
        };
      });
    this.#times = [...new Set(this.all.map(({ record }) => record.time))].sort();
  }

  at({ record }: Fact): number {
    return 2 * this.#times.indexOf(record.time) + 1;
  }
  get end(): number {
    return 2 * this.#times.length;
  }
  has({ record }: Fact, id: string, ...roles: string[]): boolean {
    return record.traces.some((entry) => entry.id === id && roles.includes(entry.role));
  }
  names({ record }: Fact, id: string): boolean {
    return record.traces.some((entry) => entry.id === id);
  }
  isClass(id: string): Why {
    return reason(this.natureOf(id) === 'class', 'CLASS_ONLY');
  }
  /** Identifiers in a role; of a class with a lot the lot stands for it. */
  in({ record }: Fact, role: string): string[] {
    return record.traces
      .filter((entry) => entry.role === role && !(entry.lot !== null && this.natureOf(entry.id) === 'class'))
      .map(({ id }) => id);
  }
  makes(fact: Fact, id: string): boolean {
    const { bond, change } = fact.record;
    return (
      this.has(fact, id, 'output') || (this.has(fact, id, 'subject') && bond === null && change === 'add')
    );
  }
  unloads(fact: Fact, id: string, bond: string | null): boolean {
    const { change } = fact.record;
    const same = bond === null || fact.record.bond === bond;
    return same && this.has(fact, id, 'parent') && (change === 'empty' || change === 'remove');
  }

  /** Events of different organisations made it, and none of them told all. */
  twice(id: string): Why {
    const makings = this.all.filter((fact) => fact.why.size === 0 && this.makes(fact, id));
    const text = ({ event, time, step, bond, change, traces }: ShownRecord): string =>
      JSON.stringify([event, time, step, bond, change, traces.map((entry) => JSON.stringify(entry)).sort()]);
    const all = new Set(makings.map(({ record }) => text(record)));
    const toldAll = makings.some(({ organisation }) => {
      const told = makings.filter((one) => one.organisation === organisation);
      return new Set(told.map(({ record }) => text(record))).size === all.size;
    });
    return reason(makings.length > 0 && !toldAll, 'MADE_TWICE');
  }

  /** Why it is undecided that the item is of the lot; null where nothing says so. */
  ofLot(item: string, lot: string): Why | null {
    if (this.natureOf(item) !== 'instance') return null;
    const naming = (which: string): Fact[] =>
      this.all.filter(({ record }) =>
        record.traces.some((entry) => entry.id === item && entry.lot === which),
      );
    const own = naming(lot);
    const plain = own.filter(({ why }) => why.size === 0);
    if (own.length === 0) return null;
    if (plain.length === 0)
      return own.some(({ why }) => why.has('OTHER_RECORDER'))
        ? new Set(['OTHER_RECORDER'])
        : new Set(['WITHDRAWN']);
    const lots = this.ids().filter((which) => naming(which).some(({ why }) => why.size === 0));
    const agreed = plain.some(({ organisation }) =>
      lots.every((which) =>
        naming(which).some((fact) => fact.why.size === 0 && fact.organisation === organisation),
      ),
    );
    const someone = lots.some(() => agreed);
    const authors = new Set(plain.map(({ organisation }) => organisation));
    const events = this.all.filter((fact) => fact.why.size === 0 && this.names(fact, item));
    const theirs = events.filter(({ organisation }) => authors.has(organisation));
    const known = [...authors].some(
      (author) =>
        new Set(
          theirs.filter(({ organisation }) => organisation === author).map(({ record }) => record.event),
        ).size > 1,
    );
    const stranger =
      theirs.length < events.length && !known && !theirs.some((fact) => this.makes(fact, item));
    return join(
      reason(lots.length > 1, 'TWO_LOTS'),
      reason(lots.length > 1 && !someone, 'MADE_TWICE'),
      reason(stranger, 'STRANGER'),
    );
  }

  ids(): string[] {
    return [...new Set(this.all.flatMap(({ record }) => record.traces.map(({ id }) => id)))].sort();
  }

  /** All that is told of a child in a parent. */
  told(parent: string, child: string, bond: string): Fact[] {
    return this.all.filter(
      (fact) =>
        fact.record.bond === bond &&
        this.has(fact, parent, 'parent') &&
        this.in(fact, 'child').includes(child),
    );
  }

  /** What was plainly put into it or seen in it, but for built-in parts. */
  loadings(id: string): Fact[] {
    return this.all.filter(
      (fact) =>
        fact.why.size === 0 &&
        this.has(fact, id, 'parent') &&
        fact.record.bond !== null &&
        fact.record.bond !== 'association' &&
        this.in(fact, 'child').length > 0,
    );
  }

  /** Whether the organisation plainly told of two events of it that do not unload it. */
  isFamiliar(organisation: string, id: string): boolean {
    const own = this.all.filter(
      (fact) =>
        fact.organisation === organisation &&
        fact.why.size === 0 &&
        this.names(fact, id) &&
        !this.unloads(fact, id, null),
    );
    return own.some(({ record }) => record.event !== own[0]?.record.event);
  }
}
