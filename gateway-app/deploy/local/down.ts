import { rm, rmdir } from 'node:fs/promises';
import { errorCode } from '../../settings/error-code.js';
import { readBackend } from '../backends/choose.js';
import { holdsNetwork, requireFolder } from '../../workspace/folder.js';
import { withLock } from '../lock.js';
import { isRunning } from '../processes.js';
import { processNames } from '../services.js';
import { Starter } from './starter.js';
import { readNetworkTopology } from '../../workspace/topology-file.js';
import type { Progress } from '../progress.js';
import type { Workspace } from '../../workspace/workspace.js';

/** Order in which processes end: those that call others first. */
const RANKS = [/\.business$/, /\.master$/, /\.chaincode$/, /^(?:devnet$|fabric\.peer\.)/, /^orderer\d*$/];

function rankOf(name: string): number {
  return Math.max(
    RANKS.findIndex((pattern) => pattern.test(name)),
    0,
  );
}

/** What the system says of a folder with something in it, of one that is not there, and of a link to one. */
const STAYS: readonly unknown[] = ['ENOTEMPTY', 'ENOENT', 'ENOTDIR'];

/**
 * Ends every process that `networkUp` started here, and only those; whether there was a network. `purge`: removes all that
 * the network keeps in the workspace's folder as well, and the folder where nothing else is in it. May be repeated in any
 * state. Throws `CONFIG`, `LOCKED`, `NOT_YOUR_PROCESS`.
 */
export async function networkDown(
  workspace: Workspace,
  purge: boolean,
  progress: Progress,
): Promise<boolean> {
  requireFolder(workspace);
  const isThere = holdsNetwork(workspace);
  if (isThere) {
    await withLock(workspace, async () => {
      await stopProcesses(workspace, progress);
      if (purge) await removeNetwork(workspace);
    });
  }
  if (purge) await removeIfEmpty(workspace.root);
  return isThere;
}

async function stopProcesses(workspace: Workspace, progress: Progress): Promise<void> {
  const topology = readNetworkTopology(workspace);
  const starter = new Starter(workspace, progress);
  starter.adopt(topology === null ? [] : processNames(topology, readBackend(workspace)));
  const entries = [...starter.entries()].sort((a, b) => rankOf(a.name) - rankOf(b.name));
  for (const rank of [...new Set(entries.map(({ name }) => rankOf(name)))]) {
    const together = entries.filter(({ name }) => rankOf(name) === rank);
    for (const entry of together) if (isRunning(entry)) progress(`stopping ${entry.name}`);
    await Promise.all(together.map(({ name }) => starter.stop(name)));
  }
}

/**
 * What was made last goes first, so that an interrupted removal leaves what the next one needs. The lock goes while it
 * is held: whoever waits for it then takes a new one.
 */
async function removeNetwork(workspace: Workspace): Promise<void> {
  const { nodes, clients, configs, logs, captureRules, trust, consortium } = workspace;
  const { devnet, fabric, chaincodeId, network, backend, topology, lock } = workspace;
  const made = [nodes, clients, configs, logs, captureRules, trust, consortium, devnet, fabric, chaincodeId];
  for (const path of [...made, network, backend, topology, lock]) {
    await rm(path, { recursive: true, force: true });
  }
}

/** A link to a folder is the user's own, and stays with the folder. */
async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!STAYS.includes(errorCode(error))) throw error;
  }
}
