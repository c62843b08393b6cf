import { types } from 'node:util';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isCotraceError } from '@cotrace/core';
import { peerHost, type CryptoLayout } from '../identity/layout.js';
import { loadIdentity } from '../identity/signer.js';
import { loadTls } from '../identity/tls.js';
import { ordererNodes, type Organisation, type Topology } from '../topology.js';
import { joinOrderer } from './join-orderer.js';
import { waitForLeader } from './leader.js';
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
 * Joins every node to every channel that it has not joined, orderers first; waits for nodes that start, and until the
 * ordering nodes follow a leader. `stillStarting` is called between attempts, and throws where waiting is of no use.
 * Throws `ORDERER_ADMIN`, `NO_LEADER`, `PEER_ADMIN`, `TLS_FOLDER`, `IDENTITY`.
 */
export async function joinChannels(
  topology: Topology,
  channels: readonly ChannelGenesis[],
  { layout, reach }: Administered,
  stillStarting: () => void,
): Promise<void> {
  const client = loadTls(join(layout.ordererAdmin(), 'tls'));
  const reader = loadIdentity(join(layout.ordererAdmin(), 'msp'), topology.orderer.mspId);
  const orderers = ordererNodes(topology).map((node) => ({
    ...node,
    ca: loadTls(join(layout.orderer(node.name), 'tls')).ca,
  }));
  await Promise.all(
    orderers.map(async (node) => {
      const { host: serverName, ca } = node;
      const { certificate, key } = client;
      const target = { address: reach(adminPort(node)), serverName, ca, certificate, key };
      for (const { name, block } of channels) {
        await whileRefused(() => joinOrderer(target, name, block), stillStarting);
      }
    }),
  );
  await Promise.all([
    ...orderers.map(({ name, host: serverName, ca }) => {
      const target = { address: reach(name), serverName, ca, reader };
      return waitForLeader(
        target,
        channels.map((channel) => channel.name),
        stillStarting,
      );
    }),
    ...topology.organisations.map(async (organisation) => {
      const administration = administer(organisation, { layout, reach });
      try {
        const joined = await administration.channels();
        for (const { name, block } of channels) {
          if (!joined.includes(name)) await administration.join(block);
        }
      } finally {
        administration.close();
      }
    }),
  ]);
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
