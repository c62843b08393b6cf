import { existsSync } from 'node:fs';
import { CotraceError } from '@cotrace/core';
import { parseTopology, readTextFile, readTopology, type Topology } from '@cotrace/network';
import { writeAtomically, type Workspace } from './workspace.js';

/**
 * The topology of a workspace. The first `up` copies the file that it is given, or the default; from then on the
 * workspace's copy counts, and another file with another content is refused: ledgers and certificates hang on it.
 */
export function adoptTopology(workspace: Workspace, path: string | null): Topology {
  const given = path === null ? null : { topology: readTopology(path), text: readTextFile(path, 'TOPOLOGY') };
  if (!existsSync(workspace.topology)) {
    writeAtomically(workspace.topology, given?.text ?? '');
    return given?.topology ?? parseTopology('');
  }
  const own = readTopology(workspace.topology);
  if (given !== null && JSON.stringify(given.topology) !== JSON.stringify(own)) {
    throw new CotraceError(
      'CONFIG',
      `${workspace.root} holds a network of another topology; remove it with \`cotrace network down --purge\`, or give another --home`,
      { workspace: workspace.root, path },
    );
  }
  return own;
}

/** The topology of a workspace's network, or null where none was started. */
export function readNetworkTopology(workspace: Workspace): Topology | null {
  return existsSync(workspace.topology) ? readTopology(workspace.topology) : null;
}
