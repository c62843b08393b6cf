export { applicationPolicy } from './application-policy.js';
export { policyFailure } from './failure.js';
export { evaluateIdentities, evaluateSignedData, signers, type Policy, type SignedData } from './policy.js';
export { policyAt, policyTree, type PolicyTree } from './policy-tree.js';
export { parseSignaturePolicy, type Rule } from './signature-policy.js';
