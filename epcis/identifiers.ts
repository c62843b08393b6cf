import type { JsonValue, Role } from '@cotrace/core';
import { at, type Path } from './fault.js';
import { isObject, itemsOf, member, type JsonObject } from './json.js';

/** What a quantity element says of its class: any values, left out where it says nothing. */
export interface Quantity {
  readonly quantity: JsonValue | undefined;
  readonly uom: JsonValue | undefined;
}

/** An identifier as it is in an event. */
export interface EpcisIdentifier {
  readonly text: string;
  readonly role: Role;
  /** Of one in a list of quantities, which are of classes and lots; null for others, which are of single things. */
  readonly quantity: Quantity | null;
  readonly path: Path;
}

const LISTS: readonly (readonly [string, Role])[] = [
  ['epcList', 'subject'],
  ['inputEPCList', 'input'],
  ['outputEPCList', 'output'],
  ['childEPCs', 'child'],
];

const QUANTITIES: readonly (readonly [string, Role])[] = [
  ['quantityList', 'subject'],
  ['inputQuantityList', 'input'],
  ['outputQuantityList', 'output'],
  ['childQuantityList', 'child'],
];

/**
 * What an event is about: objects, classes and a transformation, with their roles (EPCIS 2.0, section 7.4). `path` is the
 * event's place; the event is valid.
 */
export function identifiersOf(event: JsonObject, path: Path): EpcisIdentifier[] {
  const found: EpcisIdentifier[] = [];
  const add = (
    text: JsonValue | undefined,
    role: Role,
    where: Path,
    quantity: Quantity | null = null,
  ): void => {
    if (typeof text === 'string') found.push({ text, role, quantity, path: where });
  };
  // What a business transaction is linked to is in nothing.
  const parentRole = member(event, 'type') === 'TransactionEvent' ? 'subject' : 'parent';
  add(member(event, 'parentID'), parentRole, at(path, 'parentID'));
  for (const [name, role] of LISTS) {
    itemsOf(member(event, name)).forEach((epc, i) => add(epc, role, at(at(path, name), i)));
  }
  for (const [name, role] of QUANTITIES) {
    itemsOf(member(event, name)).forEach((element, i) => {
      if (!isObject(element)) return;
      const quantity = { quantity: member(element, 'quantity'), uom: member(element, 'uom') };
      add(member(element, 'epcClass'), role, at(at(at(path, name), i), 'epcClass'), quantity);
    });
  }
  add(member(event, 'transformationID'), 'process', at(path, 'transformationID'));
  return found;
}
