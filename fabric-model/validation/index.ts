export { checkEndorsements } from './check-endorsements.js';
export { checkEnvelope } from './check-envelope.js';
export { checkForm, type FormCheck } from './check-form.js';
export type { ValidationContext } from './context.js';
export { namespacePolicy } from './namespace-policy.js';
