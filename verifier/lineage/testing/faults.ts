import fc from 'fast-check';
import type { ShownEvent, ShownRow, ShownTraces } from '../types.js';
import { asRow } from './showing.js';

type Recorded = Extract<ShownEvent, { shown: 'record' }>;

/** What is done to an event of a trace, perhaps with another of the history: what is shown then. */
type Fault = (event: Recorded, other: Recorded, which: number) => ShownEvent[];

/** What a chaincode of its own leaves on a ledger, and what is not shown: then traces do not agree with each other. */
const FAULTS: Readonly<Record<string, Fault>> = {
  missing: () => [],
  'missing, and that is known': ({ place: { organisation } }) => [{ shown: 'hidden', organisation }],
  'missing, of anybody': () => [{ shown: 'hidden' }],
  'place alone': ({ place }) => [{ shown: 'place', place }],
  'row alone': (event) => [asRow(event)],
  'false row': (event, _, which) => [{ ...event, row: falseRow(event.row, which) }],
  'false row alone': (event, _, which) => [asRow({ ...event, row: falseRow(event.row, which) })],
  // A record is bound to its organisation, and a row names its record.
  'record of another': (event, other) =>
    event.place.organisation === other.place.organisation ? [{ ...other, place: event.place }] : [event],
  'row of another': (event, other) => [{ ...event, row: { ...other.row, recordId: event.row.recordId } }],
  'row of another alone': (event, other) => [asRow({ ...other, place: event.place })],
};

/** Faults, each with the place of an event, of another, and of what is false in a row. Often none. */
export const faults = fc.array(
  fc.tuple(fc.constantFrom('missing', ...Object.keys(FAULTS)), fc.nat(), fc.nat(), fc.nat()),
  { maxLength: 4 },
);

export function withFaults(
  traces: ShownTraces,
  all: readonly (readonly [fault: string, event: number, other: number, which: number])[],
): ShownTraces {
  return all.reduce((shown, [fault, event, other, which]) => {
    const places = [...shown].flatMap(([id, events]) =>
      events.flatMap((one, at) => (one.shown === 'record' ? [{ id, events, at, one }] : [])),
    );
    const [found, another] = [event, other].map((place) => places[place % Math.max(places.length, 1)]);
    const told = found && another ? FAULTS[fault]?.(found.one, another.one, which) : undefined;
    if (found === undefined || told === undefined) return shown;
    return new Map([...shown, [found.id, found.events.toSpliced(found.at, 1, ...told)]]);
  }, traces);
}

/** A row of the form that the contract writes, with something that its record does not say. */
function falseRow(row: ShownRow, which: number): ShownRow {
  const inside = { bond: 'aggregation', change: 'add', roles: ['child'] } as const;
  const outside = { bond: null, change: null, parent: null } as const;
  const changes: readonly Partial<ShownRow>[] = [
    { time: row.time.replace(/:0\d:/, `:0${(which % 9) + 1}:`) },
    { wrong: !row.wrong },
    { ...outside, roles: ['input'] },
    { ...outside, roles: ['output'] },
    { ...outside, roles: ['lot'], change: 'add' },
    { ...inside, parent: 'P' },
    { ...inside, parent: 'Q', change: 'remove' },
    { ...inside, parent: null },
    { ...inside, parent: null, roles: ['parent'] },
    { ...inside, parent: null, roles: ['parent'], change: 'empty' },
    { ...inside, parent: null, roles: ['parent'], change: 'see' },
  ];
  return { ...row, ...changes[which % changes.length] };
}
