import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CryptoLayout, parseTopology } from '@cotrace/network';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readClientConfig } from '../client/client-config.js';
import { Workspace } from '../workspace/workspace.js';
import { writeClients } from './write-clients.js';

const TOPOLOGY = `
organisations:
  - { name: one, mspId: OneMSP, domain: one.example.com }
  - { name: two, mspId: TwoMSP, domain: two.example.com }
`;

let workspace: Workspace;

beforeAll(() => {
  workspace = new Workspace(mkdtempSync(join(tmpdir(), 'cotrace-clients-')));
});

afterAll(() => rmSync(workspace.root, { recursive: true, force: true }));

describe('the client files of a network', () => {
  it('are one for each organisation, each of its own user', () => {
    const topology = parseTopology(TOPOLOGY);
    writeClients(workspace, topology, new CryptoLayout('/crypto', topology));
    for (const [name, mspId] of [
      ['one', 'OneMSP'],
      ['two', 'TwoMSP'],
    ] as const) {
      const user = `/crypto/peerOrganizations/${name}.example.com/users/User1@${name}.example.com`;
      expect(readClientConfig(workspace.client(name))).toMatchObject({
        consortium: workspace.consortium,
        mspId,
        mspDir: `${user}/msp`,
        tlsDir: `${user}/tls`,
      });
    }
  });
});
