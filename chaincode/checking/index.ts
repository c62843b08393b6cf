export { CheckingChaincode } from './contract.js';
export { noteHeard, OwnLedger, type OwnCycle, type OwnFacts } from './own-ledger.js';
