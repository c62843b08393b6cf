// The thread of a master that serves the contracts `checking` and `anchor`: see `ContractHost`.
import { CheckingChaincode, OwnLedger, type OwnFacts } from '@cotrace/chaincode';
import { serveContract } from './serve-contract.js';

let own: OwnLedger | null = null;

await serveContract(new CheckingChaincode(() => own), (facts) => {
  own = new OwnLedger(facts as OwnFacts, Date.now);
});
