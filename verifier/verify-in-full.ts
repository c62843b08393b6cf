// All of the verifier, which a page loads where `verify-in-page.ts` is not enough.
export { verify } from './verify.js';
