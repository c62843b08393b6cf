import type { JsonObject } from '@cotrace/core';

const texts = { type: 'array', items: { type: 'string', minLength: 1 } } as const;

const quantities = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      epcClass: { type: 'string', minLength: 1 },
      quantity: { type: 'number' },
      uom: { type: 'string', minLength: 1 },
    },
    required: ['epcClass'],
  },
} as const;

const place = {
  type: 'object',
  properties: { id: { type: 'string', minLength: 1 } },
  required: ['id'],
} as const;

/**
 * Schema of an EPCIS 2.0 event as a record's `data`. The document it came from was judged in full before; this
 * keeps out what no reader of the ledger could use, and leaves extensions free.
 */
export const epcisData: JsonObject = {
  type: 'object',
  properties: {
    type: { type: 'string', minLength: 1 },
    action: { enum: ['ADD', 'OBSERVE', 'DELETE'] },
    eventTimeZoneOffset: { type: 'string', pattern: '^[+-](?:0\\d|1[0-4]):[0-5]\\d$' },
    disposition: { type: 'string', minLength: 1 },
    parentID: { type: 'string', minLength: 1 },
    transformationID: { type: 'string', minLength: 1 },
    readPoint: place,
    bizLocation: place,
    epcList: texts,
    childEPCs: texts,
    inputEPCList: texts,
    outputEPCList: texts,
    quantityList: quantities,
    childQuantityList: quantities,
    inputQuantityList: quantities,
    outputQuantityList: quantities,
    bizTransactionList: { type: 'array' },
    sourceList: { type: 'array' },
    destinationList: { type: 'array' },
    sensorElementList: { type: 'array' },
  },
  required: ['type'],
};
