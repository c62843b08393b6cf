export * from './canonical-json.js';
export { isWellFormed, MAX_JSON_DEPTH, type JsonObject, type JsonValue } from './json-value.js';
export { isArray } from './is-array.js';
export { isObject } from './is-object.js';
export * from './strict-json.js';
