import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFabric, releaseOf } from '@cotrace/network';
import { jest } from '@jest/globals';
import { fabric } from '../acceptance/backend.js';
import { repository } from '../architecture/sources.js';
import { sealedUnderLoad } from '../sealing/scenario.js';

// Peers and orderers are processes, on a machine that may be busy.
jest.setTimeout(900_000);

const { flags } = fabric;
sealedUnderLoad({ name: 'Fabric with one Raft orderer', flags, topology: '' });

// Older releases have no BFT ordering.
if (Number(releaseOf(findFabric(process.env)).split('.')[0]) >= 3) {
  const topology = readFileSync(join(repository, 'network/topologies/bft-4.yaml'), 'utf8');
  sealedUnderLoad({ name: 'Fabric with four BFT orderers', flags, topology });
}
