import { existsSync, readFileSync } from 'node:fs';
import { CotraceError } from '@cotrace/core';
import { parseTopology, readTopology, type Topology } from '@cotrace/network';
import { writeAtomically, type Workspace } from './workspace.js';

/**
 * The topology of a workspace. The first `up` copies the file that it is given, or the default; from then on the
 * workspace's copy counts, and another file with another content is refused: ledgers and certificates hang on it.
 * Nothing is written where `requireRunnable` throws.
 */
export function adoptTopology(
  workspace: Workspace,
  path: string | null,
  requireRunnable: (topology: Topology) => void = () => undefined,
): Topology {
  const given = path === null ? null : { topology: readTopology(path), text: readFileSync(path, 'utf8') };
  if (!existsSync(workspace.topology)) {
    const topology = given?.topology ?? parseTopology('');
    requireRunnable(topology);
    writeAtomically(workspace.topology, given?.text ?? '');
    return topology;
  }
  const own = readTopology(workspace.topology);
  if (given !== null && JSON.stringify(given.topology) !== JSON.stringify(own)) {
    throw new CotraceError(
      'CONFIG',
      `${workspace.root} holds a network of another topology; remove it with \`cotrace network down --purge\`, or give another --home`,
      { workspace: workspace.root, path },
    );
  }
  requireRunnable(own);
  return own;
}

/** The topology of a workspace's network, or null where none was started. */
export function readNetworkTopology(workspace: Workspace): Topology | null {
  return existsSync(workspace.topology) ? readTopology(workspace.topology) : null;
}
