import { isLotNumber, type JsonValue } from '@cotrace/core';
import { at, type Fault, type Path } from './fault.js';
import { isArray, isObject, member, type JsonObject } from './json.js';
import type { JsonLdPrefixes } from './json-ld-prefixes.js';

/** The names of a lot number: of CBV's master data (CBV 2.0, section 9), and of GS1's vocabulary. */
const LOT_NUMBER =
  /^(?:urn:epcglobal:cbv:mda:lotNumber|https?:\/\/(?:(?:www|ref)\.)?gs1\.org\/voc\/hasBatchLotNumber)$/;

/** What the master data of an event says of the lot that it makes. */
export interface IlmdLot {
  /** A lot number of GS1; null where it says none that can be used. */
  readonly number: string | null;
  /** Where it says it. */
  readonly path: Path;
  /** Why what it says is not used. */
  readonly warnings: readonly Fault[];
}

/**
 * The lot number in the `ilmd` of an event that makes something: an ObjectEvent with action ADD, or a transformation. A text,
 * or a list of one; two values name no lot.
 */
export function lotInIlmd(event: JsonObject, path: Path, prefixes: JsonLdPrefixes): IlmdLot {
  const ilmd = member(event, 'ilmd');
  const where = at(path, 'ilmd');
  const nothing = { number: null, path: where, warnings: [] };
  if (!makes(event) || !isObject(ilmd)) return nothing;
  const told = Object.entries(ilmd).filter(([name]) => LOT_NUMBER.test(prefixes.expand(name)));
  const values = told.flatMap(([, value]) => [...(isArray(value) ? value : [value])]);
  const [name] = told[0] ?? [];
  if (name === undefined) return nothing;
  const place = at(where, name);
  const [number, fault] = numberIn(values);
  const message = `${fault ?? ''}, so that no lot is linked`;
  return { number, path: place, warnings: fault === null ? [] : [{ path: place, message }] };
}

function makes(event: JsonObject): boolean {
  const type = member(event, 'type');
  return type === 'TransformationEvent' || (type === 'ObjectEvent' && member(event, 'action') === 'ADD');
}

function numberIn(values: readonly JsonValue[]): readonly [string | null, fault: string | null] {
  const [value] = values;
  if (new Set(values).size > 1) return [null, 'names more than one lot number'];
  if (typeof value !== 'string') return [null, 'is not a lot number written as text'];
  return isLotNumber(value) ? [value, null] : [null, 'is not a lot number of GS1'];
}
