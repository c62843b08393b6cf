import { type ClientRecord, type Hint, type Role, sha256, toHex, type TraceRef, utf8 } from '@cotrace/core';
import type { DomainDefinition } from '../definition.js';

/** 64 hexadecimal digits that depend on `text`: a transaction id, a block's hash. */
export function hashOf(text: string): string {
  return toHex(sha256(utf8(text)));
}

/** An event hash that depends on `text`. */
export function eventHashOf(text: string): string {
  return `ni:///sha-256;${hashOf(text)}?ver=CBV2.0`;
}

/** The organisation whose client calls the contract of a `MemoryLedger`, where a test names none. */
export const MSP_ID = 'GrowerMSP';

/** A small domain. */
export const mill: DomainDefinition = {
  name: 'mill',
  records: 2,
  called: 'directly',
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

/** An identifier in a role, without lot and quantity. */
export function traceRef(id: string, role: Role): TraceRef {
  return { id, role, lot: null, amounts: null };
}

export function subject(id: string): TraceRef {
  return traceRef(id, 'subject');
}

/** A record that the small domain takes. */
export function sampleRecord(changes: Partial<ClientRecord> = {}): ClientRecord {
  return {
    step: 'receiving',
    eventTime: '2026-04-16T13:26:42.500Z',
    bond: null,
    change: 'see',
    traces: [subject('lot-1')],
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
