import { compare } from './order.js';
import { factsOf, push } from './record-facts.js';
import type { Declaration, Place, ShownEvent, ShownRecord, ShownRow, UnmatchedDeclaration } from './types.js';

/** An event of which at least the row is shown. */
export type Told = Exclude<ShownEvent, { shown: 'hidden' | 'place' }>;

/** A declaration that an event is wrong, as it is in the list of a trace. */
export interface Declaring {
  readonly at: number;
  readonly event: Told;
}

/** An event that may be declared wrong. */
export interface Declared {
  readonly place: Place;
  readonly row: ShownRow;
  readonly record: ShownRecord | null;
}

/** How many declarations of an event count for one organisation in a domain: the contract takes no more. */
const COUNTED = 8;

/** The declarations of a trace, by the events that they speak of. */
export class Declarations {
  /** Where they are in the list that was given. */
  readonly places: readonly number[];
  readonly #byEvent = new Map<string, Declaring[]>();
  /** By event and author those that count. */
  readonly #counting = new Map<string, Declaring[]>();

  readonly #heard: (place: Place) => boolean;

  /** `heard` are those whose word counts: the others take back nothing. */
  constructor(all: readonly Declaring[], heard: (place: Place) => boolean) {
    this.#heard = heard;
    this.places = all.map(({ at }) => at);
    for (const one of all.toSorted((a, b) => inOrder(a.event, b.event))) {
      push(this.#byEvent, one.event.row.event, one);
      const own = this.#counting.get(authored(one.event)) ?? [];
      if (own.length < COUNTED) this.#counting.set(authored(one.event), [...own, one]);
    }
  }

  /** Those of an event by its own author that count. */
  ownOf(event: Pick<Declared, 'place' | 'row'>): readonly Declaring[] {
    return this.#counting.get(authored(event)) ?? [];
  }

  /** Whether a declaration takes back an event of its author; null where their records are not shown. */
  takesBack(declaration: Declaring, event: Declared): boolean | null {
    return this.#heard(event.place) && namesAll(declaration, event);
  }

  /** Those without effect, each with the first of these events, which are in order, that it has none on. */
  disputes<Some extends Declared>(events: readonly Some[]): [event: Some, declaration: Declaration][] {
    const byEvent = new Map<string, Some[]>();
    for (const event of events) if (this.#byEvent.has(event.row.event)) push(byEvent, event.row.event, event);
    return [...byEvent].flatMap(([hash, told]) => this.#disputesOf(told, this.#byEvent.get(hash) ?? []));
  }

  /** Those of which the event is none of these. */
  besides(events: ReadonlySet<string>): UnmatchedDeclaration[] {
    return [...this.#byEvent].flatMap(([event, declarations]) =>
      events.has(event)
        ? []
        : declarations.map(({ event: { place, row } }) => ({ ...place, recordId: row.recordId })),
    );
  }

  #disputesOf<Some extends Declared>(
    told: readonly Some[],
    declarations: readonly Declaring[],
  ): [event: Some, declaration: Declaration][] {
    const [first] = told;
    if (first === undefined) return [];
    const others = told.findIndex((event) => authored(event) !== authored(first));
    const without = new Map<Declaring, number>();
    for (const [at, event] of told.entries())
      for (const own of this.ownOf(event))
        if (!without.has(own) && this.takesBack(own, event) === false) without.set(own, at);
    return declarations.flatMap((one): [event: Some, declaration: Declaration][] => {
      const author = authored(one.event);
      const counts = this.#counting.get(author)?.includes(one) ?? false;
      const ofOthers = counts && author === authored(first) ? others : 0;
      const found = [ofOthers, without.get(one) ?? -1].filter((at) => at >= 0);
      const event = told[Math.min(...found)];
      return event === undefined ? [] : [[event, declarationOf(one, event)]];
    });
  }
}

/**
 * Whether a declaration names all that the event names: otherwise it would be missing from the trace of an identifier that
 * has the event. Null where their records are not shown.
 */
function namesAll({ event: declaration }: Declaring, { record }: Declared): boolean | null {
  if (record === null || declaration.shown === 'row') return null;
  const { named } = factsOf(declaration.record);
  return [...factsOf(record).named].every((entry) => named.has(entry));
}

export function declarationOf(
  { event: { place, row } }: Declaring,
  declared: Pick<Declared, 'row'>,
): Declaration {
  return { ...place, declared: declared.row.recordId, recordId: row.recordId };
}

/** An organisation takes back its own word, in the domain of the event. */
function authored({
  place: { organisation, domain },
  row: { event },
}: Pick<Declared, 'place' | 'row'>): string {
  return JSON.stringify([event, domain, organisation]);
}

function inOrder(a: Told, b: Told): number {
  return (
    compare(a.row.time, b.row.time) ||
    compare(a.row.recordId, b.row.recordId) ||
    compare(a.place.txId, b.place.txId)
  );
}
