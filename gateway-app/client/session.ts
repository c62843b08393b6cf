import { existsSync } from 'node:fs';
import { CotraceError } from '@cotrace/core';
import { loadClient, readClientConfig, type ClientContext } from './client-config.js';
import { Connections } from './connections.js';
import { pemCertificateHash } from '../consortium/certificate-hash.js';
import { requireFolder } from '../workspace/folder.js';
import { readNetworkTopology } from '../workspace/topology-file.js';
import { Workspace } from '../workspace/workspace.js';

/** Options that say which network, and as whom. */
export interface SessionOptions {
  /** Folder of the network. */
  readonly home: string;
  /** Short name of the organisation to act for. */
  readonly org?: string | undefined;
  /** A client configuration file, for networks that were not started here. */
  readonly client?: string | undefined;
}

/**
 * A session as the client that the options name: that of a client file, or of an organisation of the network in `home`.
 * Connects when something is first asked; `close` ends it. Throws `CONFIG`, `IDENTITY`, `TLS_FOLDER`.
 */
export function openSession(options: SessionOptions | { readonly client: string }): Connections {
  const path = 'home' in options ? fileOf(options) : options.client;
  if (!existsSync(path)) {
    throw new CotraceError('CONFIG', `there is no client file ${path}; is the path right?`, { path });
  }
  return new Connections(loadClient(readClientConfig(path)));
}

/**
 * The domains of the network that the options name, without asking any of its nodes; null where there is none. Throws as
 * `openSession` where a client file is named.
 */
export function knownDomains(options: SessionOptions): readonly string[] | null {
  if (options.client === undefined && !existsSync(new Workspace(options.home).consortium)) return null;
  const connections = openSession(options);
  connections.close();
  return connections.context.consortium.domains;
}

/**
 * Makes sure that nodes will know the client. Throws `UNKNOWN_CALLER` where the consortium file does not list it: so it
 * is with administrators, who write definitions and ask nodes nothing.
 */
export function requireListed({ consortium, organisation, tls }: ClientContext): void {
  const certificate = pemCertificateHash(tls.certificate);
  if (consortium.nodes.some((node) => node.certificate === certificate)) return;
  const listed = consortium.nodes.filter(
    ({ role, mspId }) => role === 'client' && mspId === organisation.mspId,
  );
  const names = listed.map(({ name }) => name).join(', ');
  throw new CotraceError(
    'UNKNOWN_CALLER',
    "nodes do not answer this client: the consortium file does not list its TLS certificate (it lists no administrator's); " +
      (names === '' ? 'list it there' : `use the client file of one that is listed (${names}), or list it`),
    { certificate },
  );
}

function fileOf({ home, org, client }: SessionOptions): string {
  return client ?? ownClient(new Workspace(home), org ?? null);
}

/** The client file of an organisation of the workspace's network. Throws `CONFIG` where there is none. */
function ownClient(workspace: Workspace, org: string | null): string {
  requireFolder(workspace);
  const organisations = readNetworkTopology(workspace)?.organisations.map(({ name }) => name) ?? [];
  const [first] = organisations;
  if (first === undefined || !existsSync(workspace.consortium)) {
    throw new CotraceError(
      'CONFIG',
      `no network in ${workspace.root}; start one with \`cotrace network up\`, or name a client file with --client`,
      { workspace: workspace.root },
    );
  }
  if (org !== null && !organisations.includes(org)) {
    throw new CotraceError(
      'CONFIG',
      `the network in ${workspace.root} has no organisation ${org}; there are ${organisations.join(', ')}`,
      { org, organisations },
    );
  }
  return workspace.client(org ?? first);
}
