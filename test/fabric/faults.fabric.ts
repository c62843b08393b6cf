import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fabric } from '../acceptance/backend.js';
import { BUSINESS, CHAINCODE, faults, MASTER } from '../faults/faults.js';
import { leadingOrderer } from './leading-orderer.js';

faults({
  name: 'Fabric with three Raft orderers',
  flags: (folder) => {
    const topology = join(folder, 'raft-3.yaml');
    writeFileSync(topology, 'orderer: { consensus: raft, nodes: 3 }\n');
    return [...fabric.flags, '--topology', topology];
  },
  kinds: [
    { name: 'leading orderer', pattern: /^orderer\d*$/, choose: leadingOrderer },
    { name: 'peer', pattern: /^fabric\.peer\./ },
    CHAINCODE,
    MASTER,
    BUSINESS,
  ],
});
