import { CotraceError } from '@cotrace/core';
import { findFabric, type FabricBinaries } from '@cotrace/network';
import { readJsonFile } from '../../settings/json-file.js';
import type { Workspace } from '../../workspace/workspace.js';
import type { FabricServices } from '../services.js';
import { BACKENDS, type Backend, type BackendName } from './backend.js';
import { DevnetBackend } from './devnet.js';
import { FabricBackend } from './fabric.js';

/** What `backend.json` keeps. */
export interface BackendChoice {
  readonly backend: BackendName;
  /** Fabric's programs of the last start. */
  readonly binaries: FabricBinaries | null;
}

/**
 * The backend of a workspace, fixed by its first `up`, which writes the choice to `backend.json`: `wanted`, or the embedded network where nothing is said.
 * `FABRIC_BIN`, where it is set, takes the place of the programs of the last start. Throws `CONFIG`, `FABRIC_BIN`.
 */
export function chooseBackend(
  workspace: Workspace,
  wanted: BackendName | null,
): { readonly backend: Backend; readonly choice: BackendChoice } {
  const chosen = readChoice(workspace);
  const name = chosen?.backend ?? wanted ?? 'devnet';
  if (wanted !== null && wanted !== name) {
    throw new CotraceError(
      'CONFIG',
      `${workspace.root} holds a network on ${name}; remove it with \`cotrace network down --purge\`, or give another --home`,
      { workspace: workspace.root, backend: name, wanted },
    );
  }
  if (name === 'devnet') return { backend: new DevnetBackend(), choice: { backend: name, binaries: null } };
  const known = chosen?.binaries ?? null;
  const binaries =
    known === null || process.env['FABRIC_BIN'] !== undefined ? findFabric(process.env) : known;
  return { backend: new FabricBackend(binaries), choice: { backend: name, binaries } };
}

/** The backend of a workspace, to look at its processes. Throws `CONFIG`. */
export function readBackend(workspace: Workspace): FabricServices {
  return readChoice(workspace)?.backend === 'fabric' ? FabricBackend : new DevnetBackend();
}

function readChoice({ backend: path, root: folder }: Workspace): BackendChoice | null {
  const advice = `restore it, or remove the network with its folder ${folder}`;
  return readJsonFile(path, advice, (root): BackendChoice => {
    root.only(['backend', 'binaries']);
    const backend = root.at('backend').oneOf(BACKENDS);
    const binaries = root.optional('binaries')?.only(['peer', 'orderer', 'config']);
    if (binaries === undefined) return { backend, binaries: null };
    const absolute = (name: string) => binaries.at(name).text({ rule: 'an absolute path', like: /^\// });
    return {
      backend,
      binaries: { peer: absolute('peer'), orderer: absolute('orderer'), config: absolute('config') },
    };
  });
}
