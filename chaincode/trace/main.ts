import { TraceContract } from './contract.js';

/** What `fabric-chaincode-node` looks for in a chaincode package. */
export const contracts = [TraceContract];
