export * from './genesis.js';
export * from './msp-folder.js';
export * from './addresses.js';
