export * from './commit-hash.js';
export * from './effects.js';
export * from './overlay.js';
export * from './range-summary.js';
export * from './trace-events.js';
export * from './validate-reads.js';
