export * from './attestation.js';
export * from './base64url.js';
export * from './decimal.js';
export * from './domains.js';
export * from './membership.js';
export * from './network-id.js';
export * from './transaction-leaf.js';
export { checkNum, formatRev, parseRev, type Rev } from './rev.js';
export * from './store-identity.js';
