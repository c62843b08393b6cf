import { existsSync } from 'node:fs';
import { CotraceError } from '@cotrace/core';
import { loadClient, readClientConfig } from '../client/client-config.js';
import { Connections } from '../client/connections.js';
import { Workspace } from '../deploy/workspace.js';
import { readNetworkTopology } from '../deploy/topology-file.js';

/** Options that say which network, and as whom. */
export interface SessionOptions {
  /** Folder of the network. */
  readonly home: string;
  /** Short name of the organisation to act for. */
  readonly org?: string | undefined;
  /** A client configuration file, for networks that were not started here. */
  readonly client?: string | undefined;
}

/** Connects as the client that the options name. Throws `CONFIG`. */
export function openSession({ home, org, client }: SessionOptions): Connections {
  const workspace = new Workspace(home);
  const path = client ?? workspace.client(org ?? firstOrganisation(workspace));
  if (!existsSync(path)) {
    throw new CotraceError(
      'CONFIG',
      existsSync(workspace.consortium)
        ? `there is no client configuration ${path}; is the organisation's name right?`
        : `no network in ${workspace.root}; start one with \`cotrace network up\``,
      { path },
    );
  }
  return new Connections(loadClient(readClientConfig(path)));
}

function firstOrganisation(workspace: Workspace): string {
  return readNetworkTopology(workspace)?.organisations[0]?.name ?? 'org1';
}
