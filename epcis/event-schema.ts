import { all, anyText, arrayOf, objectOf, oneOf, uri, type Check } from './check.js';
import {
  circumstances,
  common,
  distinctUris,
  ilmd,
  persistentDisposition,
  quantities,
  transactions,
  uris,
} from './event-fields.js';
import { at } from './fault.js';
import { isObject, itemsOf, member, type JsonObject } from './json.js';

const action = oneOf(['ADD', 'OBSERVE', 'DELETE']);
const TIMES = ['type', 'eventTime', 'eventTimeZoneOffset'];

function event(
  members: Readonly<Record<string, Check>>,
  required: readonly string[],
  rule: (event: JsonObject) => { readonly field: string; readonly message: string } | null,
): Check {
  const shape = objectOf({
    members: { type: anyText, ...common, ...circumstances, ...members },
    required: [...TIMES, ...required],
    others: 'extensions',
  });
  return all(shape, (value, path, faults) => {
    const broken = isObject(value) ? rule(value) : null;
    if (broken !== null) faults.add(at(path, broken.field), broken.message);
  });
}

function filled(event: JsonObject, name: string): boolean {
  return itemsOf(member(event, name)).length > 0;
}

function needs(field: string, alternatives: string): { readonly field: string; readonly message: string } {
  return { field, message: `is missing: the event needs ${alternatives}` };
}

const objectEvent = event(
  {
    action,
    epcList: distinctUris,
    quantityList: quantities,
    persistentDisposition,
    bizTransactionList: transactions,
    ilmd,
  },
  ['action'],
  (value) => {
    if (Object.hasOwn(value, 'ilmd') && member(value, 'action') !== 'ADD') {
      return { field: 'ilmd', message: 'is allowed with action ADD only' };
    }
    const sensed = filled(value, 'sensorElementList') && Object.hasOwn(value, 'readPoint');
    if (Object.hasOwn(value, 'epcList') || filled(value, 'quantityList') || sensed) return null;
    return needs('epcList', 'epcList, a quantityList with entries, or sensorElementList and readPoint');
  },
);

const children = {
  parentID: uri,
  childEPCs: uris,
  childQuantityList: quantities,
  action,
  bizTransactionList: transactions,
};

function childrenRule(value: JsonObject): { readonly field: string; readonly message: string } | null {
  if (
    filled(value, 'childEPCs') ||
    filled(value, 'childQuantityList') ||
    member(value, 'action') === 'DELETE'
  ) {
    return null;
  }
  return needs('childEPCs', 'childEPCs or childQuantityList with entries, unless its action is DELETE');
}

const transactionEvent = event(
  {
    action,
    parentID: uri,
    epcList: uris,
    quantityList: quantities,
    bizTransactionList: all(
      transactions,
      arrayOf(() => undefined, { min: 1 }),
    ),
  },
  ['action', 'bizTransactionList'],
  (value) => {
    if (
      Object.hasOwn(value, 'epcList') ||
      filled(value, 'quantityList') ||
      member(value, 'action') === 'DELETE'
    ) {
      return null;
    }
    return needs('epcList', 'epcList or a quantityList with entries, unless its action is DELETE');
  },
);

const transformationEvent = event(
  {
    inputEPCList: distinctUris,
    inputQuantityList: quantities,
    outputEPCList: distinctUris,
    outputQuantityList: quantities,
    transformationID: uri,
    persistentDisposition,
    bizTransactionList: transactions,
    ilmd,
  },
  [],
  (value) => {
    const inputs = filled(value, 'inputEPCList') || filled(value, 'inputQuantityList');
    const outputs = filled(value, 'outputEPCList') || filled(value, 'outputQuantityList');
    if (inputs && outputs) return null;
    if ((inputs || outputs) && Object.hasOwn(value, 'transformationID')) return null;
    return inputs
      ? needs('outputQuantityList', 'outputs, or a transformationID that other events share')
      : needs('inputQuantityList', 'inputs, or a transformationID that other events share');
  },
);

// Types of others' vocabularies: the standard rules only what all events have.
const extendedEvent = objectOf({
  members: { type: uri, ...common },
  required: TIMES,
  others: 'any',
});

const EVENTS: ReadonlyMap<unknown, Check> = new Map([
  ['ObjectEvent', objectEvent],
  ['AggregationEvent', event(children, ['action'], childrenRule)],
  ['AssociationEvent', event(children, ['action', 'parentID'], childrenRule)],
  ['TransactionEvent', transactionEvent],
  ['TransformationEvent', transformationEvent],
]);

const standardFields = objectOf({
  members: {
    ...circumstances,
    ...children,
    epcList: uris,
    quantityList: quantities,
    inputEPCList: uris,
    inputQuantityList: quantities,
    outputEPCList: uris,
    outputQuantityList: quantities,
    transformationID: uri,
    persistentDisposition,
    ilmd,
  },
  others: 'any',
});

/**
 * What the standard leaves open and a record needs: in an event of somebody else's type, the fields with standard
 * names are what they are elsewhere. (Otherwise identifiers would be overlooked, and the event hash would not
 * cover all of the event.)
 */
export const traceableCheck: Check = (value, path, faults) => {
  const type = isObject(value) ? member(value, 'type') : undefined;
  if (!EVENTS.has(type)) standardFields(value, path, faults);
};

/** An event inside a document (EPCIS 2.0, section 7.4, in the JSON binding of section 10). */
export const eventCheck: Check = (value, path, faults) => {
  const type = isObject(value) ? member(value, 'type') : undefined;
  (EVENTS.get(type) ?? extendedEvent)(value, path, faults);
};
