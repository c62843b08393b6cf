export * from './canonical-json.js';
export { isWellFormed, MAX_JSON_DEPTH } from './json-value.js';
export type { JsonValue } from './json-value.js';
export * from './strict-json.js';
