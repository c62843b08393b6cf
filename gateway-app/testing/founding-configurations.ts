import { ChannelConfig } from '@cotrace/fabric-model';
import { genesisBlock, type ChannelConfigurations, type Topology } from '@cotrace/network';

/** The configurations in a network's genesis blocks. `cryptoDir`: the folder of its certificates. */
export function foundingConfigurations(topology: Topology, cryptoDir: string): ChannelConfigurations {
  const { main, checking } = topology.channels;
  const config = (channel: string) => ChannelConfig.fromBlock(genesisBlock(topology, channel, cryptoDir));
  return { main: config(main), checking: config(checking) };
}
