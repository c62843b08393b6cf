export * from './checking/index.js';
export * from './domains/index.js';
export { CHAINCODE_CODES } from './error-codes.js';
export { capture } from './trace/capture.js';
export { define } from './trace/define.js';
export { DomainCache, type Domain } from './trace/domain-cache.js';
export type { Stub } from './trace/state.js';
export { checkDefinition } from './trace/check-definition.js';
export {
  parseStanding,
  type DomainDefinition,
  type StandingDefinition,
  type StepRule,
} from './trace/definition.js';
export { recordCheck } from './trace/check-record.js';
export { CAPTURED_EVENT } from './trace/captured-event.js';
export { REFUSAL_CODES, decodeRefusal, type RefusalBody, type RefusalCode } from './refusal.js';
