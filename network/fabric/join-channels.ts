import { types } from 'node:util';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isCotraceError } from '@cotrace/core';
import type { ChannelConfig } from '@cotrace/fabric-model';
import { readConfigurations, type ChannelConfigurations } from '../channel-update/configurations.js';
import { peerHost, type CryptoLayout } from '../identity/layout.js';
import { loadIdentity } from '../identity/signer.js';
import { loadTls } from '../identity/tls.js';
import { ordererNodes, type OrdererNode, type Organisation, type Topology } from '../topology.js';
import { joinOrderer } from './join-orderer.js';
import { waitForLeader, type OrdererEndpoint } from './leader.js';
import { adminPort, peerName } from './node-specs.js';
import { PeerAdministration } from './peer-admin.js';
import type { ChannelGenesis } from './prepare.js';
import type { Reach } from './reach.js';
import { LOOK_PAUSE_MS } from './limits.js';

/** A network's nodes, as its administrators reach them. */
export interface Administered {
  readonly layout: CryptoLayout;
  readonly reach: Reach;
}

/** Administration of an organisation's peer, by the organisation's administrator. */
export function administer(organisation: Organisation, { layout, reach }: Administered): PeerAdministration {
  return new PeerAdministration({
    serverName: peerHost(organisation),
    address: reach(peerName(organisation)),
    tlsRoots: loadTls(join(layout.peer(organisation), 'tls')).ca,
    admin: loadIdentity(join(layout.user(organisation, 'Admin'), 'msp'), organisation.mspId),
  });
}

/**
 * Joins every ordering node to every channel that it has not joined, waits for nodes that start and until they follow a
 * leader, and then joins the members' peers. `stillStarting` is called between attempts, and throws where waiting is of no
 * use. Returns the configurations in force. Throws `ORDERER_ADMIN`, `NO_LEADER`, and as `joinMembers`.
 */
export async function joinChannels(
  topology: Topology,
  channels: readonly ChannelGenesis[],
  administered: Administered,
  stillStarting: () => void,
): Promise<ChannelConfigurations> {
  const { layout, reach } = administered;
  const client = loadTls(join(layout.ordererAdmin(), 'tls'));
  const orderers = ordererNodes(topology).map((node) => ({
    node,
    ...ordererAt(node, topology, administered),
  }));
  await Promise.all(
    orderers.map(async ({ node, serverName, ca }) => {
      const { certificate, key } = client;
      const target = { address: reach(adminPort(node)), serverName, ca, certificate, key };
      for (const { name, block } of channels) {
        await whileRefused(() => joinOrderer(target, name, block), stillStarting);
      }
    }),
  );
  const names = channels.map(({ name }) => name);
  await Promise.all(orderers.map((orderer) => waitForLeader(orderer, names, stillStarting)));
  return joinMembers(topology, channels, administered);
}

/**
 * Joins the peers of the topology's organisations to the channels whose configurations in force have them as members, where
 * they have not joined; waits for peers that start. A peer that joined before would be refused blocks, and ask ever more
 * seldom. Returns those configurations. Throws `CHANNEL_UPDATE`, `PEER_ADMIN`, `TLS_FOLDER`, `IDENTITY`.
 */
export async function joinMembers(
  topology: Topology,
  channels: readonly ChannelGenesis[],
  administered: Administered,
): Promise<ChannelConfigurations> {
  const configurations = await readConfigurations(firstOrderer(topology, administered), topology.channels);
  const isMember = (channel: string, mspId: string): boolean =>
    Object.values(configurations).some(
      (config: ChannelConfig) =>
        config.channelId === channel && config.members().some((member) => member.mspId === mspId),
    );
  await Promise.all(
    topology.organisations.map(async (organisation) => {
      const administration = administer(organisation, administered);
      try {
        const joined = await administration.channels();
        for (const { name, block } of channels) {
          if (!joined.includes(name) && isMember(name, organisation.mspId)) await administration.join(block);
        }
      } finally {
        administration.close();
      }
    }),
  );
  return configurations;
}

/** The first ordering node, asked by the ordering organisation's administrator. Throws `IDENTITY`, `TLS_FOLDER`. */
export function firstOrderer(topology: Topology, administered: Administered): OrdererEndpoint {
  const [first] = ordererNodes(topology);
  if (first === undefined) throw new RangeError('a topology has an ordering node');
  return ordererAt(first, topology, administered);
}

function ordererAt(
  { name, host }: OrdererNode,
  { orderer: { mspId } }: Topology,
  { layout, reach }: Administered,
): OrdererEndpoint {
  const reader = loadIdentity(join(layout.ordererAdmin(), 'msp'), mspId);
  return {
    address: reach(name),
    serverName: host,
    ca: loadTls(join(layout.orderer(name), 'tls')).ca,
    reader,
  };
}

async function whileRefused(attempt: () => Promise<void>, stillStarting: () => void): Promise<void> {
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (!isRefused(error)) throw error;
      stillStarting();
      await sleep(LOOK_PAUSE_MS);
    }
  }
}

/** Whether nothing listens yet. */
function isRefused(error: unknown): boolean {
  if (!isCotraceError(error, 'ORDERER_ADMIN')) return false;
  const { cause } = error;
  // Not by its class: an error of Node itself is of another realm than code that jest runs.
  return types.isNativeError(cause) && 'code' in cause && cause.code === 'ECONNREFUSED';
}
