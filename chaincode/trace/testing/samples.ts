import { type ClientRecord, type Hint, sha256, toHex, utf8 } from '@cotrace/core';
import type { DomainDefinition } from '../definition.js';

/** 64 hexadecimal digits that depend on `text`: a transaction id, a block's hash. */
export function hashOf(text: string): string {
  return toHex(sha256(utf8(text)));
}

/** An event hash that depends on `text`. */
export function eventHashOf(text: string): string {
  return `ni:///sha-256;${hashOf(text)}?ver=CBV2.0`;
}

/** A small domain. */
export const mill: DomainDefinition = {
  name: 'mill',
  steps: { words: ['receiving', 'packing'], uris: true, none: true },
  dataSchema: {
    type: 'object',
    properties: {
      weight: { type: 'number', minimum: 0 },
      tags: { type: 'array', items: { type: 'string' } },
    },
    required: ['weight'],
    additionalProperties: false,
  },
  limits: { identifiers: 20, recordBytes: 4096 },
};

/** A record that the small domain takes. */
export function sampleRecord(changes: Partial<ClientRecord> = {}): ClientRecord {
  return {
    step: 'receiving',
    eventTime: '2026-04-16T13:26:42.500Z',
    traces: [{ id: 'lot-1', role: 'subject' }],
    data: { weight: 12.5 },
    eventHash: eventHashOf(''),
    eventID: null,
    corrects: null,
    ...changes,
  };
}

/** The hint for an identifier without a record. */
export function noHint(id: string): Hint {
  return { id, preTraceTxId: null, preTraceHash: null };
}
