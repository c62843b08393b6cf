import { join } from 'node:path';
import { peerHost, type CryptoLayout } from '../identity/layout.js';
import { loadTls } from '../identity/tls.js';
import type { Channel } from './channel/channel.js';
import { gatewayContext } from './gateway/make-context.js';
import { lastPorts, type NetworkInfo, type NodeAddress } from './network-info.js';
import type { DevnetOptions } from './options.js';
import { gatewayOrderer, ordererServer } from './orderer/node.js';
import type { OrganisationPeer } from './peer/make-peers.js';
import { bind, type BoundServer } from './rpc/server.js';

const LOOP_BACK = '127.0.0.1';

/** The servers that listen, and where. */
export interface Listening {
  readonly servers: readonly BoundServer[];
  readonly nodes: Pick<NetworkInfo, 'peers' | 'orderer'>;
}

/** Binds the ordering node and every peer. Throws if a port cannot be had; nothing listens then. */
export async function listenAll(
  options: DevnetOptions,
  layout: CryptoLayout,
  channels: ReadonlyMap<string, Channel>,
  peers: readonly OrganisationPeer[],
): Promise<Listening> {
  const servers: BoundServer[] = [];
  try {
    const orderer = await listenOrderer(options, layout, channels, servers);
    return {
      servers,
      nodes: { orderer, peers: await listenPeers(options, layout, channels, peers, orderer, servers) },
    };
  } catch (error) {
    for (const { server } of servers) server.forceShutdown();
    throw error;
  }
}

async function listenOrderer(
  { topology, dir, listen = {} }: DevnetOptions,
  layout: CryptoLayout,
  channels: ReadonlyMap<string, Channel>,
  servers: BoundServer[],
): Promise<NodeAddress> {
  const { host, mspId } = topology.orderer;
  const server = ordererServer((channelId) => channels.get(channelId) ?? null);
  const bound = await bind(server, loadTls(join(layout.orderer(), 'tls')), {
    host: listen.host ?? LOOP_BACK,
    port: listen.orderer ?? 0,
    wish: lastPorts(dir).orderer,
  });
  servers.push(bound);
  return { name: host, mspId, address: bound.address };
}

async function listenPeers(
  { dir, listen = {} }: DevnetOptions,
  layout: CryptoLayout,
  channels: ReadonlyMap<string, Channel>,
  peers: readonly OrganisationPeer[],
  orderer: NodeAddress,
  servers: BoundServer[],
): Promise<Record<string, NodeAddress>> {
  const last = lastPorts(dir);
  const findChannel = (channelId: string): Channel | null => channels.get(channelId) ?? null;
  const all = peers.map(({ peer }) => peer);
  const nodes: Record<string, NodeAddress> = {};
  for (const { organisation, peer } of peers) {
    const gateway = gatewayContext(peer, all);
    const bound = await peer.listen(
      gateway,
      gatewayOrderer(findChannel, orderer.mspId, orderer.address),
      {
        ...gateway,
        peers: all,
        belongs: (mspId, channelId) =>
          all.some((other) => other.mspId === mspId && other.belongsTo(channelId)),
        ordererAddress: orderer.address,
      },
      loadTls(join(layout.peer(organisation), 'tls')),
      {
        host: listen.host ?? LOOP_BACK,
        port: listen.peers?.[organisation.name] ?? 0,
        wish: last.peer(organisation.name),
      },
    );
    servers.push(bound);
    nodes[organisation.name] = { name: peerHost(organisation), mspId: peer.mspId, address: bound.address };
  }
  return nodes;
}
