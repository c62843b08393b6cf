import { defaultDomains, recordCheck } from '@cotrace/chaincode';
import { type ClientRecord, identify, isCotraceError, type Nature } from '@cotrace/core';
import type { DomainRule, ReadEvent } from '@cotrace/epcis';
import { aimOf, reasonsOf, type EventOutcome } from './event-outcome.js';
import { readDocuments, warningsOf, type CaptureDocument } from './read-documents.js';

/** What an event names. */
export interface TriedIdentifier {
  readonly id: string;
  readonly nature: Nature;
  /** What it is in the event. */
  readonly roles: readonly string[];
}

/** What would become of an event that nothing was sent for. */
export interface TriedEvent extends Pick<
  EventOutcome,
  'file' | 'path' | 'line' | 'domain' | 'byRuleForOthers' | 'code' | 'reasons'
> {
  readonly status: 'valid' | 'refused';
  readonly step: string | null;
  readonly eventTime: string | null;
  readonly eventHash: string | null;
  readonly identifiers: readonly TriedIdentifier[];
}

/** What was read, and what is to be said of it. */
export interface Tried {
  readonly events: readonly TriedEvent[];
  readonly warnings: readonly string[];
}

/**
 * Reads EPCIS documents as a capture does, and holds each event against the built-in definition of its domain as the contract
 * would. Asks no network: what is on the ledger, and definitions of others, it does not know.
 */
export function tryDocuments(documents: Iterable<CaptureDocument>, rules: readonly DomainRule[]): Tried {
  const files = readDocuments(documents, rules);
  const contract = new BuiltInContract();
  const events = files.flatMap(({ name, events: read }) => read.map((event) => tried(name, event, contract)));
  return { events, warnings: [...warningsOf(files), ...contract.warnings()] };
}

function tried(file: string, event: ReadEvent, contract: BuiltInContract): TriedEvent {
  const aim = aimOf(file, event);
  const { result } = event;
  if (!result.ok) {
    const nothing = { step: null, eventTime: null, eventHash: null, identifiers: [] };
    return { ...aim, ...nothing, status: 'refused', code: 'INVALID_EVENT', reasons: reasonsOf(event) };
  }
  const { step, eventTime, eventHash } = result.record;
  const refusal = contract.refusal(result.domain, result.record);
  return {
    ...aim,
    ...{ step, eventTime, eventHash, identifiers: identifiersOf(result.record) },
    status: refusal === null ? 'valid' : 'refused',
    code: refusal?.code ?? null,
    reasons: refusal === null ? [] : [refusal.message],
  };
}

function identifiersOf(record: ClientRecord): TriedIdentifier[] {
  const roles = new Map<string, Set<string>>();
  for (const { id, role } of record.traces) roles.set(id, (roles.get(id) ?? new Set()).add(role));
  return [...roles].map(([id, own]) => ({ id, nature: identify(id).nature, roles: [...own].sort() }));
}

/** The contracts of the default domains, as far as they judge without a ledger. */
class BuiltInContract {
  readonly #checks = new Map<string, ReturnType<typeof recordCheck> | null>();

  /** Why a record would be refused; null where nothing says so. */
  refusal(domain: string, record: ClientRecord): { readonly code: string; readonly message: string } | null {
    let check = this.#checks.get(domain);
    if (check === undefined) {
      const definition = defaultDomains.find(({ name }) => name === domain);
      check = definition === undefined ? null : recordCheck(definition);
      this.#checks.set(domain, check);
    }
    try {
      check?.(record);
      return null;
    } catch (error) {
      if (!isCotraceError(error)) throw error;
      return { code: error.code, message: error.message };
    }
  }

  /** The domains whose contract is not known here. */
  warnings(): string[] {
    return [...this.#checks]
      .filter(([, check]) => check === null)
      .map(
        ([domain]) =>
          `domain ${domain} has no built-in definition: its steps and its schema were not checked`,
      );
  }
}
