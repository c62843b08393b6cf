import { TraceContract } from './contract.js';
import { quietRefusals } from './quiet-refusals.js';

quietRefusals();

/** What `fabric-chaincode-node` looks for in a chaincode package. */
export const contracts = [TraceContract];
