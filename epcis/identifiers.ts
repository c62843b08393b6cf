import type { JsonValue } from '@cotrace/core';
import { at, type Path } from './fault.js';
import { isObject, itemsOf, member, type JsonObject } from './json.js';

/** What an identifier is in an event. */
export type EpcisRole = 'subject' | 'input' | 'output' | 'parent' | 'child';

/** An identifier as it is in an event. */
export interface EpcisIdentifier {
  readonly text: string;
  readonly role: EpcisRole;
  /** Whether it stands in a list of quantities, which are of classes and lots; others are of single things. */
  readonly isQuantity: boolean;
  readonly path: Path;
}

const LISTS: readonly (readonly [string, EpcisRole])[] = [
  ['epcList', 'subject'],
  ['inputEPCList', 'input'],
  ['outputEPCList', 'output'],
  ['childEPCs', 'child'],
];

const QUANTITIES: readonly (readonly [string, EpcisRole])[] = [
  ['quantityList', 'subject'],
  ['inputQuantityList', 'input'],
  ['outputQuantityList', 'output'],
  ['childQuantityList', 'child'],
];

/**
 * What an event is about: objects and classes, with their roles (EPCIS 2.0, section 7.4). `path` is the event's
 * place; the event is valid.
 */
export function identifiersOf(event: JsonObject, path: Path): EpcisIdentifier[] {
  const found: EpcisIdentifier[] = [];
  const add = (text: JsonValue | undefined, role: EpcisRole, isQuantity: boolean, where: Path): void => {
    if (typeof text === 'string') found.push({ text, role, isQuantity, path: where });
  };
  add(member(event, 'parentID'), 'parent', false, at(path, 'parentID'));
  for (const [name, role] of LISTS) {
    itemsOf(member(event, name)).forEach((epc, i) => add(epc, role, false, at(at(path, name), i)));
  }
  for (const [name, role] of QUANTITIES) {
    itemsOf(member(event, name)).forEach((element, i) => {
      if (!isObject(element)) return;
      add(member(element, 'epcClass'), role, true, at(at(at(path, name), i), 'epcClass'));
    });
  }
  return found;
}
