import { join } from 'node:path';
import type { CryptoLayout, Topology } from '@cotrace/network';
import type { ClientConfig } from '../client/client-config.js';
import { writeJson, type Workspace } from '../workspace/workspace.js';

/** One client configuration per organisation: its ordinary user. */
export function writeClients(workspace: Workspace, topology: Topology, layout: CryptoLayout): void {
  for (const organisation of topology.organisations) {
    const folder = layout.user(organisation, 'User1');
    const client: ClientConfig = {
      consortium: workspace.consortium,
      mspId: organisation.mspId,
      mspDir: join(folder, 'msp'),
      tlsDir: join(folder, 'tls'),
    };
    writeJson(workspace.client(organisation.name), client);
  }
}
