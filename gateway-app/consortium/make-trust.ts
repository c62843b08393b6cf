import { ChannelConfig } from '@cotrace/fabric-model';
import { genesisBlock, type Topology } from '@cotrace/network';
import { writeTrust } from '@cotrace/verifier';
import type { Consortium } from './consortium.js';
import { agreedCheckpoint, networkIdentity } from './network-terms.js';

/** The trust file of a network: what an outsider is given once, and verifies every proof against. It names main's members. */
export function makeTrust(consortium: Consortium, main: ChannelConfig): string {
  return writeTrust(networkIdentity(consortium), main, agreedCheckpoint(consortium));
}

/** The configuration of main in its block 0. */
export function foundingConfig(topology: Topology, consortium: Consortium, cryptoDir: string): ChannelConfig {
  return ChannelConfig.fromBlock(genesisBlock(topology, consortium.channels.main.name, cryptoDir));
}
