import type { LineageNeeds, ShownEvent, ShownTraces } from '../types.js';

/** What a prover shows: traces that are needed, events as record where that is needed, else as row. */
export function onlyNeeded(traces: ShownTraces, needs: LineageNeeds): Map<string, readonly ShownEvent[]> {
  return new Map(
    [...needs].flatMap(([id, records]) => {
      const events = traces.get(id);
      return events === undefined
        ? []
        : [[id, events.map((event, at) => (records.has(at) ? event : asRow(event)))]];
    }),
  );
}

/** Without one trace, or with one event less of it shown; null where nothing is needed. */
export function withoutOne(shown: ShownTraces, needs: LineageNeeds, which: number): ShownTraces | null {
  const ids = [...needs.keys()];
  const id = ids[which % ids.length];
  if (id === undefined) return null;
  const events = shown.get(id) ?? [];
  const at = which % (events.length + 1);
  const event = events[at];
  if (event === undefined) return new Map([...shown].filter(([one]) => one !== id));
  const less: ShownEvent = event.shown === 'record' ? asRow(event) : hidden(event);
  return new Map([...shown, [id, events.with(at, less)]]);
}

/** Of events of others than these only whose they are. */
export function onlyOf(organisations: ReadonlySet<string>, shown: ShownTraces): ShownTraces {
  const seen = (event: ShownEvent): ShownEvent =>
    event.shown === 'hidden' || organisations.has(event.place.organisation) ? event : hidden(event);
  return new Map([...shown].map(([id, events]) => [id, events.map((event) => seen(event))]));
}

function hidden(event: ShownEvent): ShownEvent {
  return event.shown === 'hidden' ? event : { shown: 'hidden', organisation: event.place.organisation };
}

/** The event without its record. */
export function asRow(event: ShownEvent): ShownEvent {
  return event.shown === 'record' ? { shown: 'row', place: event.place, row: event.row } : event;
}
