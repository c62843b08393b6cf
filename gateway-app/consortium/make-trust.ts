import { ChannelConfig } from '@cotrace/fabric-model';
import { genesisBlock, type Topology } from '@cotrace/network';
import type { Consortium } from './consortium.js';
import { networkIdentity } from './network-terms.js';
import { writeTrust } from '@cotrace/verifier';

/** The trust file of a network: what an outsider is given once, and verifies every proof against. */
export function makeTrust(topology: Topology, consortium: Consortium, cryptoDir: string): string {
  return writeTrust(
    networkIdentity(consortium),
    ChannelConfig.fromBlock(genesisBlock(topology, consortium.channels.main.name, cryptoDir)),
  );
}
