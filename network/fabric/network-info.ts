import type { NetworkInfo } from '../devnet/network-info.js';
import { peerHost } from '../identity/layout.js';
import { ordererNodes, type Topology } from '../topology.js';
import type { Administered } from './join-channels.js';
import { peerName } from './node-specs.js';
import type { ChannelGenesis } from './prepare.js';

/** What clients need to reach a network of Fabric's own programs. */
export function fabricInfo(
  topology: Topology,
  { layout, reach }: Administered,
  channels: readonly ChannelGenesis[],
): NetworkInfo {
  const [first] = ordererNodes(topology);
  return {
    peers: Object.fromEntries(
      topology.organisations.map((organisation) => [
        organisation.name,
        { name: peerHost(organisation), mspId: organisation.mspId, address: reach(peerName(organisation)) },
      ]),
    ),
    orderer: {
      name: first?.host ?? '',
      mspId: topology.orderer.mspId,
      address: reach(first?.name ?? ''),
    },
    cryptoDir: layout.dir,
    channels: channels.map(({ name, headerHash }) => ({ name, genesisHeaderHash: headerHash })),
  };
}
