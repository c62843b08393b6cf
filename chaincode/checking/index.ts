export { CheckingChaincode } from './contract.js';
export { noteHeard, OwnLedger, type OwnCycle, type OwnFacts } from './own-ledger.js';
export { MAX_SEALED_HEADERS } from './seal-cycle.js';
