export * from './endorsement-policy.js';
export * from './genesis.js';
export * from './msp-folder.js';
export * from './addresses.js';
export { applicationOrganisation } from './channel-group.js';
