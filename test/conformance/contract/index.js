import fabric from 'fabric-contract-api';
import { runOperations } from './operations.js';

/** Does whatever a script says, through the contract API. */
class ConformanceContract extends fabric.Contract {
  async run(ctx, operations) {
    return runOperations(ctx.stub, operations);
  }
}

export const contracts = [ConformanceContract];
