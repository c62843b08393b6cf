export * from './apply.js';
export * from './definition.js';
export * from './approval.js';
export * from './calls.js';
export type { GetState, StateWrite } from './serializer.js';
