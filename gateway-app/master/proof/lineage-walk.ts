import {
  lineageSteps,
  rememberedNatures,
  type LineageNeeds,
  type LineageQuestion,
  type ShownEvent,
  type TraceQuestion,
} from '@cotrace/verifier';
import { READ_AHEAD } from '../limits.js';
import type { ProveHeads } from './heads.js';
import type { Pace } from './pace.js';
import { hiddenOf, seenOf, type ReadTrace, type TraceReader } from './trace-reader.js';

/** Finds out which traces a lineage needs, and reads them. */
export class LineageWalk {
  readonly #question: TraceQuestion;
  readonly #lineage: LineageQuestion;
  readonly #reader: TraceReader;
  readonly #pace: Pace;
  readonly #prove: ProveHeads;
  /** The traces over which the lineage is worked out, with the places of the events that are looked at as record; null: all. */
  #looked = new Map<string, ReadonlySet<number> | null>();

  constructor(
    question: TraceQuestion,
    {
      reader,
      pace,
      prove,
    }: { readonly reader: TraceReader; readonly pace: Pace; readonly prove: ProveHeads },
  ) {
    this.#question = question;
    const recorders = question.recorders === null ? null : new Set(question.recorders);
    this.#lineage = { ...question, recorders, rootTime: null, natureOf: rememberedNatures() };
    this.#reader = reader;
    this.#pace = pace;
    this.#prove = prove;
  }

  /**
   * What the lineage needs, when it is worked out over exactly that, as a verifier does: a trace or record that is there
   * besides can make it need others. Throws `PROOF_TOO_LARGE`, and what reading and proving throw.
   */
  async needs(): Promise<LineageNeeds> {
    const { traces } = this.#reader;
    this.#looked = new Map([...this.#looked.keys()].map((id) => [id, null]));
    if (traces.size === 0) await this.#load([this.#question.traceId]);
    for (;;) {
      const needs = await this.#look();
      const open = [...needs.keys()].filter((id) => !traces.has(id));
      if (open.length > 0) await this.#load(open);
      else if (isSame(needs, this.#looked)) return needs;
      else this.#looked = new Map(needs);
    }
  }

  /** The needs as far as what is looked at shows. */
  async #look(): Promise<LineageNeeds> {
    const shown = new Map<string, readonly ShownEvent[]>();
    for (const [id, records] of this.#looked) {
      const trace = this.#reader.traces.get(id);
      if (trace === undefined) continue;
      const seen = [...seenOf(trace).map((event) => event.shown), ...hiddenOf(trace)];
      shown.set(
        id,
        records === null ? seen : seen.map((event, at) => (records.has(at) ? event : asRow(event))),
      );
      this.#pace.count('visits', seen.length + 1);
      await this.#pace.breathe();
    }
    // Nothing is followed: every event of the one trace is needed.
    if (this.#question.direction === 'none') {
      return new Map([...shown].map(([id, events]) => [id, new Set(events.keys())]));
    }
    const steps = lineageSteps(this.#lineage, shown);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value.needs;
      await this.#pace.breathe();
    }
  }

  /**
   * Reads traces, and ahead what their transformations name, which is most likely needed: as many again as were read so far.
   * Each look goes over all, so that a long chain takes few looks, and at most half is read for nothing.
   */
  async #load(open: readonly string[]): Promise<void> {
    const { direction, limits } = this.#question;
    const { traces } = this.#reader;
    await this.#read(open);
    const most = Math.min(2 * traces.size + READ_AHEAD, limits.identifiers);
    for (let ids = open; ids.length > 0;) {
      const named = ids.flatMap((id) => namedBeyond(id, traces.get(id) ?? null, direction));
      const fresh = [...new Set(named)].filter((id) => !traces.has(id));
      ids = fresh.slice(0, Math.max(0, most - traces.size));
      await this.#read(ids);
    }
  }

  async #read(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { left } = this.#reader;
    await this.#reader.read(ids, await this.#prove(ids));
    for (const id of ids) this.#looked.set(id, null);
    // Of the others fewer events are there now: places among them mean other events.
    if (this.#reader.left > left) for (const id of this.#looked.keys()) this.#looked.set(id, null);
  }
}

function asRow(event: ShownEvent): ShownEvent {
  return event.shown === 'record' ? { shown: 'row', place: event.place, row: event.row } : event;
}

/** Whether exactly what is needed was looked at. */
function isSame(needs: LineageNeeds, looked: ReadonlyMap<string, ReadonlySet<number> | null>): boolean {
  if (needs.size !== looked.size) return false;
  return [...needs].every(([id, records]) => {
    const seen = looked.get(id) ?? null;
    return seen?.size === records.size && [...records].every((at) => seen.has(at));
  });
}

/** Identifiers on the other side of the transformations of a trace, the way that a lineage goes. */
function namedBeyond(id: string, trace: ReadTrace | null, direction: TraceQuestion['direction']): string[] {
  if (trace === null || direction === 'none') return [];
  return seenOf(trace).flatMap(({ shown }) => {
    if (shown.shown !== 'record') return [];
    const { traces } = shown.record;
    const isIn = (role: string): boolean => traces.some((entry) => entry.id === id && entry.role === role);
    const sides = [
      ...(direction !== 'down' && isIn('output') ? ['input'] : []),
      ...(direction !== 'up' && isIn('input') ? ['output'] : []),
    ];
    return traces.filter(({ role }) => sides.includes(role)).map((entry) => entry.id);
  });
}
