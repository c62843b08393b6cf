export * from './domains/index.js';
export { MAX_IDENTIFIERS, MAX_RECORD_BYTES } from './trace/definition.js';
export type { DomainDefinition, StepRule } from './trace/definition.js';
export * from './trace/keys.js';
export { recordOf } from './trace/parse-record.js';
export * from './trace/record.js';
export { REFUSAL_CODES, decodeRefusal } from './trace/refusal.js';
export type { RefusalBody, RefusalCode } from './trace/refusal.js';
export type { FirstRecord } from './trace/same-event.js';
