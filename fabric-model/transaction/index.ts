export * from './builders.js';
export * from './domains.js';
export * from './envelope.js';
export * from './key-order.js';
export * from './rwset.js';
export * from './transaction.js';
