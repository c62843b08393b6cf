export * from './block-file.js';
export * from './block.js';
export * from './check-block.js';
export * from './header.js';
export * from './metadata.js';
export * from './block-signature.js';
