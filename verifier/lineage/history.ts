import { CERTAIN, why, type Why } from './reasons.js';
import { factsOf, parentOf, push, rolesIn } from './record-facts.js';
import type {
  Declaration,
  LineageQuestion,
  Place,
  ShownEvent,
  ShownRecord,
  ShownRow,
  ShownTraces,
} from './types.js';

/** An event in the trace of one identifier. */
export interface Entry {
  /** The same in the trace of every identifier that the event names. */
  readonly key: string;
  readonly time: string;
  readonly place: Place;
  readonly row: ShownRow;
  /** Null where only the row is shown. */
  readonly record: ShownRecord | null;
  /** Why the event is no part of `certain`; such a one closes no window either. */
  readonly why: Why;
  /** Where it stands in the list that was given. */
  readonly at: number;
}

/** The events of one identifier by time and key, so that nothing depends on the order of capture. */
export interface Trace {
  readonly id: string;
  readonly entries: readonly Entry[];
  /** Whose events are there of which not even the place is shown; null: of anybody. */
  readonly hidden: ReadonlySet<string | null>;
  readonly leftOut: readonly Declaration[];
  readonly disputes: readonly Declaration[];
  /** Places of rows that are not what their record says. */
  readonly foreign: readonly Place[];
  /** Where declarations stand in the list that was given. */
  readonly declarations: readonly number[];
  /** Where declarations and events of one author and hash stand, and what is foreign: rows do not say what these name. */
  readonly decidedByRecord: ReadonlySet<number>;
  readonly transactions: ReadonlySet<string>;
}

const WITHDRAWN = why('WITHDRAWN');
const OTHER_RECORDER = why('OTHER_RECORDER');

/** What a proof shows, each trace read once, when it is first asked for. */
export class History {
  readonly #shown: ShownTraces;
  readonly #recorders: LineageQuestion['recorders'];
  readonly #traces = new Map<string, Trace>();
  /** Events that name an identifier whose trace does not have them. */
  readonly unbound = new Map<string, Place & { readonly traceId: string }>();

  constructor(shown: ShownTraces, recorders: LineageQuestion['recorders']) {
    this.#shown = shown;
    this.#recorders = recorders;
  }

  /** Whether the events of `id` are shown at all. */
  has(id: string): boolean {
    return this.#shown.has(id);
  }

  /**
   * Whether an event that names `id` counts for it: whether its trace has the transaction, as the contract sees to. What
   * another chaincode left out there is remembered as foreign.
   */
  binds(id: string, { place, row }: Entry): boolean {
    if (!this.has(id)) return true;
    const { transactions, hidden } = this.trace(id);
    if (hidden.has(null) || hidden.has(place.organisation) || transactions.has(transactionOf(place)))
      return true;
    this.unbound.set(JSON.stringify([id, place.domain, place.txId, row.recordId]), { ...place, traceId: id });
    return false;
  }

  trace(id: string): Trace {
    const known = this.#traces.get(id);
    if (known !== undefined) return known;
    const trace = readTrace(id, this.#shown.get(id) ?? [], this.#recorders);
    this.#traces.set(id, trace);
    return trace;
  }
}

type Seen = Exclude<ShownEvent, { shown: 'hidden' | 'place' }>;

function readTrace(id: string, shown: readonly ShownEvent[], recorders: LineageQuestion['recorders']): Trace {
  const counts = ({ organisation }: Place): boolean => recorders === null || recorders.has(organisation);
  const ours: [at: number, event: Seen][] = [];
  const declarations = new Map<string, [at: number, event: Seen][]>();
  const foreign: Place[] = [];
  const decidedByRecord = new Set<number>();
  const transactions = new Set<string>();
  const hidden = new Set<string | null>();
  for (const [at, event] of shown.entries()) {
    if (event.shown === 'hidden') {
      hidden.add(event.organisation ?? null);
      continue;
    }
    transactions.add(transactionOf(event.place));
    if (event.shown === 'place') continue;
    if (event.shown === 'record' && !agrees(id, event.row, event.record)) {
      foreign.push(event.place);
      decidedByRecord.add(at);
    } else if (event.row.wrong) push(declarations, event.row.event, [at, event]);
    else ours.push([at, event]);
  }
  const leftOut: Declaration[] = [];
  const disputes: Declaration[] = [];
  const entries = ours.map(([at, event]): Entry => {
    const { place, row } = event;
    let because = counts(place) ? CERTAIN : OTHER_RECORDER;
    for (const [declaredAt, declaration] of declarations.get(row.event) ?? []) {
      const said = { ...declaration.place, declared: row.recordId, recordId: declaration.row.recordId };
      const own = sameAuthor(place, declaration.place);
      if (own) decidedByRecord.add(at).add(declaredAt);
      if (!own) disputes.push(said);
      else if (event.shown === 'row' || declaration.shown === 'row') continue;
      else if (!namesAll(declaration.record, event.record)) disputes.push(said);
      else if (counts(place)) {
        leftOut.push(said);
        because |= WITHDRAWN;
      }
    }
    const record = event.shown === 'record' ? event.record : null;
    return { key: keyOf(place, row), time: row.time, place, row, record, why: because, at };
  });
  return {
    id,
    entries: entries.sort(byTime),
    hidden,
    leftOut,
    disputes,
    foreign,
    declarations: [...declarations.values()].flat().map(([at]) => at),
    decidedByRecord,
    transactions,
  };
}

/** An organisation takes back its own word, in the domain of the event. */
function sameAuthor(event: Place, declaration: Place): boolean {
  return event.organisation === declaration.organisation && event.domain === declaration.domain;
}

/** Otherwise the declaration would be missing from the trace of an identifier that has the event. */
function namesAll(declaration: ShownRecord, record: ShownRecord): boolean {
  const { named } = factsOf(declaration);
  return [...factsOf(record).named].every((entry) => named.has(entry));
}

/** Whether the row of `id` says what the record says. */
function agrees(id: string, row: ShownRow, record: ShownRecord): boolean {
  const same = (['recordId', 'event', 'time', 'wrong', 'bond', 'change'] as const).every(
    (member) => row[member] === record[member],
  );
  return same && rolesIn(id, record).join(' ') === row.roles.join(' ') && parentOf(id, record) === row.parent;
}

function keyOf({ domain, txId }: Place, { recordId }: ShownRow): string {
  return `${domain} ${txId} ${recordId}`;
}

function transactionOf({ domain, txId }: Place): string {
  return `${domain} ${txId}`;
}

/** By time, then by what was recorded: the transaction's id, which depends on when it was, decides last. */
function byTime(a: Entry, b: Entry): number {
  return compare(a.time, b.time) || compare(a.row.recordId, b.row.recordId) || compare(a.key, b.key);
}

/** Order of texts by their code units. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Events of one organisation that are one event, as far as a row says. */
export function groupOf({ place, row }: Entry): string {
  return JSON.stringify([place.organisation, row.event, row.time, row.bond, row.change]);
}
