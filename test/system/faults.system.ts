import { BUSINESS, CHAINCODE, faults, MASTER } from '../faults/faults.js';

faults({
  name: 'devnet',
  flags: () => [],
  kinds: [{ name: 'devnet', pattern: /^devnet$/ }, CHAINCODE, MASTER, BUSINESS],
});
