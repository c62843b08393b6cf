import type { Nature } from '@cotrace/core';
import { lineageAndNeeds, LINEAGE_LIMITS } from '../lineage.js';
import type {
  Direction,
  LineageAnswer,
  LineageQuestion,
  ShownEvent,
  ShownRecord,
  ShownTraces,
} from '../types.js';
import { natureOf, tracesOf, withAll, type Told } from './notation.js';

/** A lineage as data for other implementations (docs/formats.md, Lineage, Vectors). */
export interface LineageVector {
  readonly name: string;
  readonly question: VectorQuestion;
  readonly natures: Readonly<Record<string, Nature>>;
  readonly records: readonly ShownRecord[];
  readonly traces: Readonly<Record<string, readonly VectorEvent[]>>;
  readonly answer: LineageAnswer;
  readonly needs: Readonly<Record<string, readonly number[]>>;
}

interface VectorQuestion {
  readonly traceId: string;
  readonly direction: Direction;
  readonly recorders: readonly string[] | null;
  readonly rootTime: string | null;
  readonly limits: LineageQuestion['limits'];
}

/** An event as it is shown; its record is the place in the vector's list of records. */
type VectorEvent =
  | Exclude<ShownEvent, { shown: 'record' }>
  | (Omit<Extract<ShownEvent, { shown: 'record' }>, 'record'> & { readonly record: number });

/** What a vector is made from: a history, a question, and what is done to the traces before they are shown. */
export interface Example {
  readonly name: string;
  readonly told: readonly Told[];
  readonly question: { readonly traceId: string; readonly direction: Direction } & Partial<VectorQuestion>;
  readonly alter?: (traces: ShownTraces, question: LineageQuestion) => ShownTraces;
}

export function vectorOf({ name, told, question: asked, alter }: Example): LineageVector {
  const question = { recorders: null, rootTime: null, limits: LINEAGE_LIMITS, ...asked };
  const whole = withAll(tracesOf(told), question.traceId);
  const shown = alter?.(whole, readQuestion(question, natureOf)) ?? whole;
  const ids = new Set([question.traceId, ...shown.keys(), ...told.flatMap(({ record }) => idsOf(record))]);
  const records: ShownRecord[] = [];
  const placeOf = (record: ShownRecord): number =>
    records.includes(record) ? records.indexOf(record) : records.push(record) - 1;
  const traces = Object.fromEntries(
    [...shown].map(([id, events]) => [
      id,
      events.map((event) => (event.shown === 'record' ? { ...event, record: placeOf(event.record) } : event)),
    ]),
  );
  const natures = Object.fromEntries([...ids].sort().map((id) => [id, natureOf(id)]));
  return { name, question, natures, records, traces, ...answerTo({ question, natures, records, traces }) };
}

/** What the fast code answers to a vector. */
export function answerTo({
  question,
  natures,
  records,
  traces,
}: Pick<LineageVector, 'question' | 'natures' | 'records' | 'traces'>): Pick<
  LineageVector,
  'answer' | 'needs'
> {
  const shown = new Map(
    Object.entries(traces).map(([id, events]) => [id, events.map((event) => readEvent(event, records))]),
  );
  const { answer, needs } = lineageAndNeeds(
    readQuestion(question, (id) => natures[id] ?? 'instance'),
    shown,
  );
  return {
    answer,
    needs: Object.fromEntries([...needs].map(([id, places]) => [id, [...places].sort((a, b) => a - b)])),
  };
}

function readQuestion(question: VectorQuestion, nature: LineageQuestion['natureOf']): LineageQuestion {
  const { recorders } = question;
  return { ...question, natureOf: nature, recorders: recorders === null ? null : new Set(recorders) };
}

function readEvent(event: VectorEvent, records: readonly ShownRecord[]): ShownEvent {
  if (event.shown !== 'record') return event;
  const record = records[event.record];
  if (record === undefined) throw new Error(`no record ${event.record}`);
  return { ...event, record };
}

function idsOf({ traces }: ShownRecord): string[] {
  return traces.flatMap(({ id, lot }) => (lot === null ? [id] : [id, lot]));
}
