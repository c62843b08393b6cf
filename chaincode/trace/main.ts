import { shown } from '@cotrace/core';
import { TraceContract } from './contract.js';
import { quietRefusals } from './quiet-refusals.js';
import { takenAddress } from './taken-address.js';

const taken = takenAddress(process.argv.slice(2), process.env);
if (taken !== null) {
  // The package has nothing of `network` in it.
  // eslint-disable-next-line no-restricted-properties
  process.stderr.write(
    `cannot serve the chaincode on ${shown(taken)}: the port is taken; stop what listens there, or choose another one with --chaincode-address\n`,
  );
  process.exit(1);
}

quietRefusals();

/** What `fabric-chaincode-node` looks for in a chaincode package. */
export const contracts = [TraceContract];
