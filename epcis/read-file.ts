import type { FieldMessage, Place } from './located-json.js';
import type { MappedEvent } from './map-event.js';

/** What became of one event of a file. */
export type ReadResult =
  | ({ readonly ok: true } & Omit<MappedEvent, 'warnings'>)
  | { readonly ok: false; readonly errors: readonly FieldMessage[] };

export interface ReadEvent extends Place {
  /** Place in the document's list of events, from 0. */
  readonly index: number;
  /** Such as `epcisBody.eventList[3]`; `(root)` for an event that stands alone. */
  readonly path: string;
  readonly result: ReadResult;
}

/** A file of EPCIS events, read. */
export interface ReadFile {
  readonly name: string;
  /** In the order of the file. One refused event stands for a file in which no event can be found. */
  readonly events: readonly ReadEvent[];
  readonly warnings: readonly string[];
}
