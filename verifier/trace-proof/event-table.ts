import { isArray, isObject, type JsonValue } from '@cotrace/core';
import type { Declaration, LineageEvent, UnmatchedDeclaration } from '../lineage/types.js';
import type { AnsweredDeclaration, AnsweredEvent, AnsweredUnmatched, DeclaredReason } from './answer.js';
import type { ReadEvent, ReadTrace } from './contents.js';
import type { ReadRecord } from './record-text.js';

/** What is shown of each event, by its domain, transaction and record. */
export class EventTable {
  readonly #events = new Map<string, ReadEvent>();

  constructor(traces: readonly ReadTrace[]) {
    for (const event of traces.flatMap(({ events }) => events)) {
      if (event.shown === null || !('row' in event.shown)) continue;
      const name = nameOf({ ...event.shown.place, recordId: event.shown.row.recordId });
      const known = this.#events.get(name);
      const record = known?.record ?? event.record;
      const envelope = event.envelope || known?.envelope === true;
      this.#events.set(name, { ...event, record, envelope });
    }
  }

  answered(event: LineageEvent): AnsweredEvent {
    const { leaf = null, record = null, envelope = false } = this.#events.get(nameOf(event)) ?? {};
    return {
      ...event,
      block: leaf?.blockNum ?? 0n,
      txNum: leaf?.txNum ?? 0,
      record: record === null ? null : saidBy(record),
      envelope,
    };
  }

  declared(declaration: Declaration): AnsweredDeclaration {
    const { record = null } = this.#events.get(nameOf(declaration)) ?? {};
    return { ...declaration, ...reasonIn(record?.record.data['errorDeclaration']) };
  }

  unmatched(declaration: UnmatchedDeclaration): AnsweredUnmatched {
    const { record = null } = this.#events.get(nameOf(declaration)) ?? {};
    const { eventHash = null, eventID = null } = record?.record ?? {};
    return { ...declaration, eventHash, eventID, ...reasonIn(record?.record.data['errorDeclaration']) };
  }
}

function nameOf({ domain, txId, recordId }: { domain: string; txId: string; recordId: string }): string {
  return `${domain} ${txId} ${recordId}`;
}

function saidBy({ record }: ReadRecord): AnsweredEvent['record'] {
  const { step, eventHash, eventID, bond, change, traces, data } = record;
  return { step, eventHash, eventID, bond, change, traces, data };
}

/** What an error declaration of EPCIS says (EPCIS 2.0, section 7.4.1.2); what is not of its form is not told. */
function reasonIn(declaration: JsonValue | undefined): DeclaredReason {
  const of = (name: string): JsonValue | undefined =>
    isObject(declaration) && Object.hasOwn(declaration, name) ? declaration[name] : undefined;
  const [reason, declarationTime, ids] = [of('reason'), of('declarationTime'), of('correctiveEventIDs')];
  return {
    reason: typeof reason === 'string' ? reason : null,
    declarationTime: typeof declarationTime === 'string' ? declarationTime : null,
    correctiveEventIDs: isArray(ids) ? ids.filter((id) => typeof id === 'string') : [],
  };
}
