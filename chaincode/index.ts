export * from './domains/index.js';
export { CHAINCODE_CODES } from './error-codes.js';
export type { DomainDefinition, StepRule } from './trace/definition.js';
export { CAPTURED_EVENT } from './trace/captured-event.js';
export { REFUSAL_CODES, decodeRefusal } from './trace/refusal.js';
export type { RefusalBody, RefusalCode } from './trace/refusal.js';
