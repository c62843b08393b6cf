import { existsSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { errorCode } from '../node/error-code.js';
import { readBackend } from './backends/choose.js';
import { withLock } from './lock.js';
import { isRunning } from './processes.js';
import { processNames } from './services.js';
import { Starter } from './starter.js';
import { readNetworkTopology } from './topology-file.js';
import type { Progress } from './up.js';
import type { Workspace } from './workspace.js';

/** Order in which processes end: those that call others first. */
const RANKS = [/\.business$/, /\.master$/, /\.chaincode$/, /^(?:devnet$|fabric\.peer\.)/, /^orderer\d*$/];

function rankOf(name: string): number {
  const rank = RANKS.findIndex((pattern) => pattern.test(name));
  return rank < 0 ? 0 : rank;
}

/**
 * Ends every process that `networkUp` started here, and only those. `purge`: removes all that the network keeps in
 * the workspace's folder as well, and the folder where nothing else is in it. May be repeated in any state.
 */
export async function networkDown(workspace: Workspace, purge: boolean, progress: Progress): Promise<void> {
  if (!existsSync(workspace.root)) return;
  await withLock(workspace, async () => {
    const topology = readNetworkTopology(workspace);
    const starter = new Starter(workspace, progress);
    starter.adopt(topology === null ? [] : processNames(topology, readBackend(workspace)));
    const entries = [...starter.entries()].sort((a, b) => rankOf(a.name) - rankOf(b.name));
    for (const rank of [...new Set(entries.map(({ name }) => rankOf(name)))]) {
      const together = entries.filter(({ name }) => rankOf(name) === rank);
      for (const entry of together) if (isRunning(entry)) progress(`stopping ${entry.name}`);
      await Promise.all(together.map(({ name }) => starter.stop(name)));
    }
    if (purge) await removeNetwork(workspace);
  });
  if (purge) await removeIfEmpty(workspace.root);
}

/**
 * What was made last goes first, so that an interrupted removal leaves what the next one needs. The lock goes while it
 * is held: whoever waits for it then takes a new one.
 */
async function removeNetwork(workspace: Workspace): Promise<void> {
  const { nodes, clients, configs, logs, captureRules, trust, consortium } = workspace;
  const { devnet, fabric, network, backend, topology, lock } = workspace;
  const made = [nodes, clients, configs, logs, captureRules, trust, consortium, devnet, fabric];
  for (const path of [...made, network, backend, topology, lock]) {
    await rm(path, { recursive: true, force: true });
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error;
  }
}
