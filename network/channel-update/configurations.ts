import { ChannelConfig } from '@cotrace/fabric-model';
import type { OrdererEndpoint } from '../fabric/leader.js';
import type { Topology } from '../topology.js';
import { OrdererClient } from './orderer-client.js';

/** The configurations in force of a network's channels. */
export interface ChannelConfigurations {
  readonly main: ChannelConfig;
  readonly checking: ChannelConfig;
}

/** Asks an ordering node for both. Throws `CHANNEL_UPDATE`, `BAD_CONFIG`. */
export async function readConfigurations(
  target: OrdererEndpoint,
  { main, checking }: Topology['channels'],
): Promise<ChannelConfigurations> {
  const client = new OrdererClient(target);
  const read = async (channel: string): Promise<ChannelConfig> =>
    ChannelConfig.fromBlock((await client.configurationBlock(channel)).bytes);
  try {
    return { main: await read(main), checking: await read(checking) };
  } finally {
    client.close();
  }
}
