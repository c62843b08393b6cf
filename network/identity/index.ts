export * from './ensure.js';
export * from './layout.js';
export * from './signer.js';
export * from './tls.js';
export * from './verifier.js';
