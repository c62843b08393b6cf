import { toHex } from '../bytes/bytes.js';
import { hashCanonical } from '../json/canonical-json.js';
import { identify } from '../trace-id/trace-id.js';
import type { ClientRecord, NoLink, Role, RowRole, StoredRecord, TraceLink, TraceMark } from './record.js';

/** Roles of which a mark is enough: what has others as well is followed by its row. */
const MARKED: ReadonlySet<Role> = new Set<Role>(['lot', 'process']);

/** Identifiers of a record, each once, in the order in which they first occur. */
export interface RowsAndMarks {
  /** Those with a row: the order of the hints. */
  readonly rows: readonly string[];
  readonly marks: readonly string[];
}

/**
 * Which identifiers of a record get a row and which a mark. A mark is for classes, and for what is nothing but the lot of an
 * item or a process, so that events of one product line, lot or process do not wait for each other.
 */
export function rowsAndMarks({ traces }: Pick<ClientRecord, 'traces'>): RowsAndMarks {
  const needsRow = new Map<string, boolean>();
  for (const { id, role } of traces) needsRow.set(id, needsRow.get(id) === true || !MARKED.has(role));
  const [rows, marks]: [string[], string[]] = [[], []];
  for (const [id, other] of needsRow) (other && identify(id).nature !== 'class' ? rows : marks).push(id);
  return { rows, marks };
}

/** The id of a record: 64 lower-case hexadecimal digits. `mspId` is that of the transaction's creator. */
export function recordIdOf(mspId: string, record: ClientRecord): string {
  return toHex(hashCanonical([mspId, record]));
}

/** What a declaration of error is matched by: events with an equal one are "otherwise identical" (EPCIS 2.0, section 7.4.1.4). */
export function eventOf({ eventHash, eventID }: Pick<ClientRecord, 'eventHash' | 'eventID'>): string {
  return toHex(hashCanonical([eventHash, eventID]));
}

/** What the rows and marks of a record say, one function call for each of its identifiers. */
export function marksOf(
  record: ClientRecord,
  place: Pick<TraceMark, 'txId' | 'recordId'>,
): (id: string) => TraceMark {
  const { traces, eventTime, bond, change, corrects } = record;
  const event = eventOf(record);
  const roles = rolesById(traces);
  const parent = traces.find(({ role }) => role === 'parent')?.id ?? null;
  const common = {
    ...place,
    time: eventTime,
    event,
    ...(corrects !== null && { wrong: true as const }),
    ...(bond !== null && { bond }),
    ...(change !== null && { change }),
  };
  return (id) => {
    const own = roles.get(id) ?? new Set();
    return {
      ...common,
      roles: [...own].sort(),
      ...(own.has('child') && parent !== null && { parent }),
    };
  };
}

function rolesById(traces: ClientRecord['traces']): ReadonlyMap<string, ReadonlySet<RowRole>> {
  const process = processRoles(traces);
  const found = new Map<string, Set<RowRole>>();
  for (const { id, role } of traces) {
    const roles = found.get(id) ?? new Set();
    found.set(id, roles);
    for (const one of role === 'process' ? process : [role]) roles.add(one);
  }
  return found;
}

function processRoles(traces: ClientRecord['traces']): readonly RowRole[] {
  const has = (wanted: Role): boolean => traces.some(({ role }) => role === wanted);
  const roles: RowRole[] = [];
  if (has('input')) roles.push('process-gives');
  if (has('output')) roles.push('process-takes');
  return roles.length > 0 ? roles : ['process'];
}

const NO_LINK: NoLink = { ver: null, preTraceTxId: null, preTraceHash: null };

/** The record as it is in state, `links` by identifier, of those that have a row. */
export function storedRecord(record: ClientRecord, links: ReadonlyMap<string, TraceLink>): StoredRecord {
  return {
    ...record,
    traces: record.traces.map((ref) => ({ ...ref, ...(links.get(ref.id) ?? NO_LINK) })),
  };
}

/** What the client sent of a record that is in state. */
export function clientRecord(stored: StoredRecord): ClientRecord {
  return {
    ...stored,
    traces: stored.traces.map(({ id, role, lot, amounts }) => ({ id, role, lot, amounts })),
  };
}

/** Every (id, role, lot) of a record, as texts. */
export function namedIn({ traces }: Pick<ClientRecord, 'traces'>): ReadonlySet<string> {
  return new Set(traces.map(({ id, role, lot }) => JSON.stringify([id, role, lot])));
}
