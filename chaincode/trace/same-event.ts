import {
  type ClientRecord,
  eventIdKey,
  eventKey,
  eventOf,
  type DeclaredWrong,
  type FirstRecord,
  MAX_TELLINGS,
  namedIn,
  recordKey,
  type RecordPlace,
  type StoredRecord,
  type ToldEvent,
  wrongKey,
} from '@cotrace/core';
import { Refusal } from '../refusal.js';
import { readState, type Stub, writeState } from './state.js';

/** Who records what, and as which record. */
export interface Telling {
  readonly record: ClientRecord;
  readonly recordId: string;
  readonly mspId: string;
}

/** What the organisation that records an event has recorded of it before; null where that is nothing. */
export interface KnownEvent {
  /** Under the event's hash. */
  readonly told: ToldEvent | null;
  /** Under the event's id, whatever its hash; not asked for of a declaration. */
  readonly byId: FirstRecord | null;
  /** As wrong: declarations of an event that is otherwise identical. */
  readonly declared: DeclaredWrong | null;
}

/** A refusal is short: see `MAX_REFUSAL_BYTES`. */
const MAX_NAMED = 3;

/**
 * Reads what the organisation knows of the event already. Where this very record is there, throws `DUPLICATE`; the detail
 * names its transaction.
 */
export async function readKnown(stub: Stub, { record, recordId, mspId }: Telling): Promise<KnownEvent> {
  const { corrects, eventHash, eventID } = record;
  const [same, told, declared, byId] = await Promise.all([
    stub.getState(recordKey(recordId)),
    readState<ToldEvent>(stub, eventKey(eventHash, mspId)),
    readState<DeclaredWrong>(stub, wrongKey(eventOf(record), mspId)),
    corrects === null && eventID !== null ? readState<FirstRecord>(stub, eventIdKey(eventID, mspId)) : null,
  ]);
  if (same.length > 0) {
    const own = (corrects === null ? told : declared)?.tellings.find((one) => one.recordId === recordId);
    duplicate({ txId: own?.txId ?? '', recordId, eventHash });
  }
  return { told, byId, declared };
}

/**
 * Refuses a record that says nothing new about its event, or what contradicts what the organisation has told; a declaration of
 * error must name all that it takes back, since whatever it did not name would not learn of it. What others have recorded
 * decides nothing. Throws `DUPLICATE`, `CONFLICT`; the detail names the earlier record.
 */
export async function checkSameEvent(stub: Stub, telling: Telling, known: KnownEvent): Promise<void> {
  const tellings = await recordsOf(stub, known.told?.tellings ?? []);
  if (telling.record.corrects === null) await checkTelling(stub, telling, known, tellings);
  else checkDeclaration(telling, known, tellings);
}

async function checkTelling(
  stub: Stub,
  { record, mspId }: Telling,
  { told, byId, declared }: KnownEvent,
  tellings: readonly PlacedRecord[],
): Promise<void> {
  const { eventHash, eventID, step, eventTime } = record;
  if (byId !== null && byId.eventHash !== eventHash) {
    const message = `event ${eventID ?? ''} is already recorded by ${mspId} with other content; give this one another id`;
    conflict(message, 'record.eventID', { eventID, ...byId });
  }
  const named = namedIn(record);
  const alike = tellings.filter(
    (other) => other.record.step === step && other.record.eventTime === eventTime,
  );
  const standing = await notWithdrawn(stub, mspId, alike);
  const union = new Set(standing.flatMap((other) => [...namedIn(other.record)]));
  if (told !== null && standing.length > 0 && missingIn(union, named).length === 0) {
    const { txId, recordId } = told;
    duplicate({ txId, recordId, eventHash });
  }
  if (told !== null && tellings.length >= MAX_TELLINGS) {
    const message = `this event is recorded by ${mspId} ${MAX_TELLINGS} times already, which is the most; with other content it would be another event`;
    conflict(message, 'record.traces', { txId: told.txId, recordId: told.recordId, eventHash });
  }
  if (declared === null) return;
  const declarations = await recordsOf(stub, declared.tellings);
  const left = declarations.map((one) => missingIn(namedIn(one.record), named));
  if (left.some((missing) => missing.length === 0)) return;
  const message = `${mspId} has declared this event wrong, and the declaration does not name all that it names; give the event another id, or declare it wrong again with all that it names`;
  const { txId, recordId } = declared;
  conflict(message, 'record.traces', { txId, recordId, eventHash, missing: some(left[0] ?? []) });
}

function checkDeclaration(
  { record, mspId }: Telling,
  { declared }: KnownEvent,
  tellings: readonly PlacedRecord[],
): void {
  const { eventHash } = record;
  const event = eventOf(record);
  const named = namedIn(record);
  for (const other of tellings) {
    const missing = eventOf(other.record) === event ? missingIn(named, namedIn(other.record)) : [];
    if (missing.length === 0) continue;
    const { txId, recordId } = other;
    const message = `a declaration of error must name everything that the record it declares wrong names, with the same role and lot; ${missing.length} are missing`;
    conflict(message, 'record.traces', { txId, recordId, eventHash, missing: some(missing) });
  }
  if (declared !== null && declared.tellings.length >= MAX_TELLINGS) {
    const { txId, recordId } = declared;
    const message = `${mspId} has declared this event wrong ${MAX_TELLINGS} times already`;
    conflict(message, 'record', { txId, recordId, eventHash });
  }
}

/** Notes under the keys of its event that a record was made in transaction `txId`. */
export async function noteEvent(
  stub: Stub,
  { record, recordId, mspId }: Telling,
  { told, byId, declared }: KnownEvent,
): Promise<void> {
  const { corrects, eventHash, eventID } = record;
  const place: RecordPlace = { txId: stub.getTxID(), recordId };
  if (corrects !== null) {
    const tellings = [...(declared?.tellings ?? []), place];
    await writeState(stub, wrongKey(eventOf(record), mspId), { ...place, ...declared, tellings });
    return;
  }
  const first: FirstRecord = { ...place, eventHash };
  const tellings = [...(told?.tellings ?? []), place];
  await writeState(stub, eventKey(eventHash, mspId), { ...first, ...told, tellings });
  if (eventID !== null && byId === null) await writeState(stub, eventIdKey(eventID, mspId), first);
}

type PlacedRecord = RecordPlace & { readonly record: StoredRecord };

function recordsOf(stub: Stub, places: readonly RecordPlace[]): Promise<readonly PlacedRecord[]> {
  return Promise.all(
    places.map(async (place) => {
      const record = await readState<StoredRecord>(stub, recordKey(place.recordId));
      if (record === null) throw new Error(`record ${place.recordId} is referred to, but missing`);
      return { ...place, record };
    }),
  );
}

/** The records of events that the organisation has not declared wrong. */
async function notWithdrawn(
  stub: Stub,
  mspId: string,
  records: readonly PlacedRecord[],
): Promise<readonly PlacedRecord[]> {
  const declared = await Promise.all(
    records.map(({ record }) => readState<DeclaredWrong>(stub, wrongKey(eventOf(record), mspId))),
  );
  return records.filter((_, i) => declared[i] === null);
}

function missingIn(all: ReadonlySet<string>, wanted: ReadonlySet<string>): string[] {
  return [...wanted].filter((one) => !all.has(one));
}

function some(missing: readonly string[]): unknown[] {
  return missing.slice(0, MAX_NAMED).map((text): unknown => JSON.parse(text));
}

function duplicate(first: FirstRecord): never {
  throw new Refusal('DUPLICATE', 'this event is already recorded', { ...first });
}

function conflict(message: string, field: string, detail: Readonly<Record<string, unknown>>): never {
  throw new Refusal('CONFLICT', message, { field, ...detail });
}
