export { applicationPolicy } from './application-policy.js';
export { evaluateIdentities, evaluateSignedData, signers } from './policy.js';
export type { Policy, SignedData } from './policy.js';
export { policyAt, policyTree } from './policy-tree.js';
export type { PolicyTree } from './policy-tree.js';
export { parseSignaturePolicy } from './signature-policy.js';
export type { Rule } from './signature-policy.js';
