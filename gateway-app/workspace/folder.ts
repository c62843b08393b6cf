import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CotraceError } from '@cotrace/core';
import type { Workspace } from './workspace.js';

/** Others than the user have no business with private keys, ledgers and logs. */
const MODE = 0o700;

/**
 * Makes sure that what is in a workspace can be seen; it need not exist. Throws `CONFIG` where its path is a file, and the
 * system's error where this user may not look into it: a network is there, whatever `existsSync` says.
 */
export function requireFolder({ root }: Workspace): void {
  const found = statSync(root, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (found.isDirectory()) {
    readdirSync(root);
    return;
  }
  throw new CotraceError('CONFIG', `${root} is a file; give --home a folder`, { workspace: root });
}

/** Whether the folder of a workspace holds a network, or what an interrupted start or removal left of one. */
export function holdsNetwork({ lock, network, topology, consortium }: Workspace): boolean {
  return (
    existsSync(join(lock, 'CURRENT')) ||
    existsSync(network) ||
    (existsSync(topology) && existsSync(consortium))
  );
}

/**
 * Makes the folder of a workspace, where it is missing. Throws `CONFIG` where the path is a file, or a folder in which
 * something else has a name that the network uses: removing the network would remove that.
 */
export function makeFolder(workspace: Workspace): void {
  requireFolder(workspace);
  const { root, nodes, clients, configs, logs, devnet, fabric } = workspace;
  const others = [nodes, clients, configs, logs, devnet, fabric].filter((path) => existsSync(path));
  if (others.length > 0 && !holdsNetwork(workspace)) {
    throw new CotraceError(
      'CONFIG',
      `${root} holds no network, and other things under names that one uses: ${others.join(', ')}; give --home an empty or a new folder`,
      { workspace: root, others },
    );
  }
  mkdirSync(root, { recursive: true, mode: MODE });
}
