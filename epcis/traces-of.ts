import {
  type Amount,
  type Identity,
  isCotraceError,
  lotOfProduct,
  type Role,
  type TraceRef,
} from '@cotrace/core';
import { Amounts, amountOf, oddQuantity } from './amounts.js';
import type { Fault, Faults, Path } from './fault.js';
import { identifyIn } from './identified.js';
import { identifiersOf, type EpcisIdentifier } from './identifiers.js';
import type { JsonObject } from './json.js';
import type { JsonLdPrefixes } from './json-ld-prefixes.js';
import { type IlmdLot, lotInIlmd } from './lot-in-ilmd.js';

/** The identifiers of an event as its record names them, and what is odd about them. */
export interface FoundTraces {
  readonly traces: readonly TraceRef[];
  readonly warnings: readonly Fault[];
}

/**
 * What a valid event is about, by canonical TraceIDs, with lots and quantities (docs/formats.md, Records of EPCIS events). What
 * cannot be an identifier is added to `faults`.
 */
export function tracesOf(
  event: JsonObject,
  path: Path,
  prefixes: JsonLdPrefixes,
  faults: Faults,
): FoundTraces {
  const ilmd = lotInIlmd(event, path, prefixes);
  const found = new Collected();
  const warnings: Fault[] = [...ilmd.warnings];
  for (const identifier of identifiersOf(event, path)) {
    try {
      const { identity, odd } = identifyIn(identifier, prefixes);
      warnings.push(...odd.map((message) => ({ path: identifier.path, message })));
      const quantity = oddQuantity(identifier);
      if (quantity !== null) warnings.push(quantity);
      warnings.push(...found.add(identifier, identity, ilmd));
    } catch (error) {
      if (!isCotraceError(error, 'BAD_TRACE_ID')) throw error;
      faults.add(identifier.path, error.message);
    }
  }
  return { traces: found.traces(), warnings: [...warnings, ...found.faults()] };
}

/** Every (id, role, lot) of an event once, in the order in which they first occur, a lot behind what is of it. */
class Collected {
  readonly #entries = new Map<
    string,
    Omit<TraceRef, 'amounts'> & { readonly amounts: Amounts; readonly path: Path }
  >();

  /** Says what is odd about the lot. */
  add({ role, path, ...rest }: EpcisIdentifier, identity: Identity, ilmd: IlmdLot): Fault[] {
    const { traceId, nature } = identity;
    const amount = amountOf({ role, path, ...rest });
    const isMade = role === 'subject' || role === 'output';
    const made = isMade && ilmd.number !== null ? lotOfProduct(traceId, ilmd.number) : null;
    const lot = identity.lot ?? made;
    this.#put({ id: traceId, role, lot }, amount, path);
    if (lot !== null && nature === 'instance') this.#put({ id: lot, role: 'lot', lot: null }, null, path);
    else if (lot !== null) this.#put({ id: lot, role, lot: null }, amount, path);
    if (made === null || made === lot) return [];
    return [
      { path, message: 'names another lot beside its serial number than the ilmd, which is not linked' },
    ];
  }

  #put(
    named: { readonly id: string; readonly role: Role; readonly lot: string | null },
    amount: Amount | null,
    path: Path,
  ): void {
    const key = JSON.stringify([named.id, named.role, named.lot]);
    const entry = this.#entries.get(key) ?? { ...named, amounts: new Amounts(), path };
    this.#entries.set(key, entry);
    entry.amounts.add(amount);
  }

  traces(): TraceRef[] {
    return [...this.#entries.values()].map(({ id, role, lot, amounts }) => ({
      id,
      role,
      lot,
      amounts: amounts.all,
    }));
  }

  faults(): Fault[] {
    return [...this.#entries.values()].flatMap(({ amounts: { fault }, path }) => {
      return fault === null ? [] : [{ path, message: fault }];
    });
  }
}
