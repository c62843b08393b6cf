import { declarationOf, Declarations, type Declaring, type Told } from './declarations.js';
import { compare } from './order.js';
import { CERTAIN, why, type Why } from './reasons.js';
import { parentOf, rolesIn } from './record-facts.js';
import { finish, Work, type Steps } from './steps-of-work.js';
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
  /** Why the event is not part of `certain`; it does not close a window either. */
  readonly why: Why;
  /** Where it is in the list that was given. */
  readonly at: number;
}

/** The events of one identifier by time and key, so that nothing depends on the order of capture. */
export interface Trace {
  readonly id: string;
  readonly entries: readonly Entry[];
  /** Whose events are there of which not even the place is shown; null: of anybody. */
  readonly hidden: ReadonlySet<string | null>;
  /** Whether at least the row of every event is shown. */
  readonly isWhole: boolean;
  /** Declarations that have an effect, each with the key of the event that it takes back. */
  readonly leftOut: readonly { readonly key: string; readonly declaration: Declaration }[];
  /** Places of rows that are not what their record says. */
  readonly foreign: readonly Place[];
  readonly declarations: Declarations;
  /** Where declarations and events of one author and hash stand, and what is foreign: rows do not say what these name. */
  readonly decidedByRecord: ReadonlySet<number>;
  readonly transactions: ReadonlySet<string>;
}

/** Operations that an event takes, about. */
const EVENT = 5;

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
    return finish(this.read(id, new Work()));
  }

  /** Reads a trace step by step, for when it is asked for. */
  *read(id: string, work: Work): Steps<Trace> {
    const trace = yield* readTrace(id, this.#shown.get(id) ?? [], this.#recorders, work);
    this.#traces.set(id, trace);
    return trace;
  }
}

function* readTrace(
  id: string,
  shown: readonly ShownEvent[],
  recorders: LineageQuestion['recorders'],
  work: Work,
): Steps<Trace> {
  const counts = ({ organisation }: Place): boolean => recorders === null || recorders.has(organisation);
  const ours: [at: number, event: Told][] = [];
  const declaring: Declaring[] = [];
  const foreign: Place[] = [];
  const decidedByRecord = new Set<number>();
  const transactions = new Set<string>();
  const hidden = new Set<string | null>();
  let isWhole = true;
  for (const [at, event] of shown.entries()) {
    if (work.isDue(EVENT)) yield;
    isWhole &&= event.shown === 'row' || event.shown === 'record';
    if (event.shown === 'hidden') {
      hidden.add(event.organisation ?? null);
      continue;
    }
    transactions.add(transactionOf(event.place));
    if (event.shown === 'place') continue;
    if (event.shown === 'record' && !agrees(id, event.row, event.record)) {
      foreign.push(event.place);
      decidedByRecord.add(at);
    } else if (event.row.wrong) declaring.push({ at, event });
    else ours.push([at, event]);
  }
  const declarations = new Declarations(declaring, counts);
  const leftOut: Trace['leftOut'][number][] = [];
  const entries: Entry[] = [];
  for (const [at, event] of ours) {
    if (work.isDue(EVENT)) yield;
    const { place, row } = event;
    const record = event.shown === 'record' ? event.record : null;
    const key = keyOf(place, row);
    let because = counts(place) ? CERTAIN : OTHER_RECORDER;
    for (const one of declarations.ownOf(event)) {
      decidedByRecord.add(at).add(one.at);
      if (declarations.takesBack(one, { place, row, record }) !== true) continue;
      leftOut.push({ key, declaration: declarationOf(one, event) });
      because |= WITHDRAWN;
    }
    entries.push({ key, time: row.time, place, row, record, why: because, at });
  }
  return {
    id,
    entries: entries.sort(byTime),
    hidden,
    isWhole,
    leftOut,
    foreign,
    declarations,
    decidedByRecord,
    transactions,
  };
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

/** Events of one organisation that are one event, as far as a row says. */
export function groupOf({ place, row }: Entry): string {
  return JSON.stringify([place.organisation, row.event, row.time, row.bond, row.change]);
}
