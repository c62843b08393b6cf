import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CotraceError } from '@cotrace/core';
import { ensureCrypto } from '../identity/ensure.js';
import { loadIdentity } from '../identity/signer.js';
import { nodeVerifier } from '../identity/verifier.js';
import { closeChannels, openChannels } from './channel/open-channels.js';
import { DevnetHandle } from './handle.js';
import { EXECUTE_MS, STARTUP_MS } from './limits.js';
import { listenAll } from './listen.js';
import { writeNetworkInfo, type DevnetInfo } from './network-info.js';
import type { DevnetOptions } from './options.js';
import type { Topology } from '../topology.js';
import { makePeers } from './peer/make-peers.js';

/**
 * Starts the embedded network: one peer for each organisation and the ordering node, all in this process, with
 * what `dir` holds of an earlier run (certificates, ledgers, deployed chaincodes), or from nothing.
 * The state folder belongs to one process at a time. Throws whatever is wrong with certificates, ledgers
 * or ports; nothing stays open then.
 */
export async function start(options: DevnetOptions): Promise<DevnetHandle> {
  const { topology, dir, onError = rethrow } = options;
  requireOneOrderer(topology);
  const cryptoDir = join(dir, 'crypto');
  mkdirSync(dir, { recursive: true });
  const layout = await ensureCrypto(topology, cryptoDir);
  const channels = await openChannels({
    topology,
    cryptoDir,
    ledgersDir: join(dir, 'ledgers'),
    rules: options.rules ?? {},
    verifier: nodeVerifier,
    orderer: loadIdentity(join(layout.orderer(), 'msp'), topology.orderer.mspId),
    onError,
  });
  try {
    const peers = makePeers({
      organisations: topology.organisations,
      layout,
      channels,
      chaincodesDir: join(dir, 'chaincodes'),
      joinedDir: join(dir, 'joined'),
      chaincodeConfig: options.chaincodeConfig ?? {},
      verifier: nodeVerifier,
      executeTimeout: options.executeTimeout ?? EXECUTE_MS,
      startupTimeout: options.startupTimeout ?? STARTUP_MS,
    });
    const { servers, nodes } = await listenAll(options, layout, channels, peers);
    const info: DevnetInfo = {
      ...nodes,
      cryptoDir,
      channels: [...channels].map(([name, { genesisHeaderHash }]) => ({ name, genesisHeaderHash })),
      processId: process.pid,
    };
    const handle = new DevnetHandle({ topology, layout, info, channels, peers, servers });
    try {
      handle.connectChaincodes();
      await handle.deployAll(options.deployments ?? []);
      // Last: whoever waits for the file may rely on everything.
      writeNetworkInfo(dir, info);
      return handle;
    } catch (error) {
      await handle.stop();
      throw error;
    }
  } catch (error) {
    await closeChannels(channels.values());
    throw error;
  }
}

/** Throws `TOPOLOGY` where a topology has more than the one Raft orderer that is emulated. */
export function requireOneOrderer({ orderer: { consensus, nodes } }: Topology): void {
  if (consensus === 'raft' && nodes === 1) return;
  throw new CotraceError(
    'TOPOLOGY',
    `the embedded network has one ordering node, and orders as Raft does; use real Fabric for ${nodes} of ${consensus}`,
    { consensus, nodes },
  );
}

/** Without anybody to tell, a network that cannot go on must not go on. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
