import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadTls } from '@cotrace/network';
import type { ConsortiumNode } from '../consortium/consortium.js';
import { findOrganisation } from '../node/node-config.js';
import { errorOf } from '../testing/codes.js';
import { TestNetwork } from '../testing/test-network.js';
import { Workspace, writeJson } from '../workspace/workspace.js';
import type { ClientContext } from './client-config.js';
import { knownDomains, openSession, requireListed } from './session.js';

let folder: string;
let network: TestNetwork;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-session-'));
  network = await TestNetwork.create({ organisations: 2, domains: ['goods'] });
});

afterAll(async () => {
  await network.remove();
  rmSync(folder, { recursive: true, force: true });
});

function contextOf(user: string): ClientContext {
  const { consortium, layout } = network;
  const own = network.organisation(0);
  return {
    consortium,
    organisation: findOrganisation(consortium, own.mspId),
    identity: own.client,
    tls: loadTls(join(layout.user(own, user), 'tls')),
  };
}

function node(name: string): ConsortiumNode {
  const found = network.consortium.nodes.find((candidate) => candidate.name === name);
  if (found === undefined) throw new RangeError(`there is no ${name}`);
  return found;
}

/** A folder with the network in it; without the consortium file where it is not complete. */
function homeOf(name: string, { isComplete }: { readonly isComplete: boolean }): string {
  const workspace = new Workspace(join(folder, name));
  const organisations = network.organisations.map(({ name, mspId, domain }) => ({ name, mspId, domain }));
  writeJson(workspace.topology, { organisations });
  for (const organisation of network.organisations) {
    const user = network.layout.user(organisation, 'User1');
    writeJson(workspace.client(organisation.name), {
      consortium: workspace.consortium,
      mspId: organisation.mspId,
      mspDir: join(user, 'msp'),
      tlsDir: join(user, 'tls'),
    });
  }
  const nodes = network.consortium.nodes.map((one, i) =>
    one.role === 'client' ? one : { ...one, address: `localhost:${7100 + i}` },
  );
  if (isComplete) writeJson(workspace.consortium, { ...network.consortium, nodes });
  return workspace.root;
}

describe('a session', () => {
  it('names a client file that is not there', () => {
    const { code, message } = errorOf(() => openSession({ home: folder, client: 'nope.yaml' }));
    expect([code, message]).toEqual(['CONFIG', expect.stringMatching(/no client file nope\.yaml/)]);
  });

  it('is that of the organisation that is named, or of the first', () => {
    const home = homeOf('whole', { isComplete: true });
    for (const [org, name] of [
      [undefined, 'org1'],
      ['org1', 'org1'],
      ['org2', 'org2'],
    ] as const) {
      const session = openSession({ home, org });
      expect(session.context.organisation.name).toBe(name);
      session.close();
    }
  });

  it('is that of the client file that is named, with a network beside it or without', () => {
    const client = new Workspace(homeOf('beside', { isComplete: true })).client('org2');
    for (const options of [{ client }, { client, home: folder }, { client, home: folder, org: 'org1' }]) {
      const session = openSession(options);
      expect(session.context.identity.mspId).toBe('Org2MSP');
      session.close();
    }
  });

  it('need not be opened to know the domains of a network, which is none where none is known', () => {
    const home = homeOf('known', { isComplete: true });
    const client = new Workspace(home).client('org1');
    const domains = network.consortium.domains;
    expect(domains.length).toBeGreaterThan(0);
    expect([knownDomains({ home }), knownDomains({ home: folder, client })]).toEqual([domains, domains]);
    expect(knownDomains({ home: folder })).toBeNull();
    expect(errorOf(() => knownDomains({ home: folder, client: 'nope.yaml' })).code).toBe('CONFIG');
  });

  it('names the organisations that there are where another one is wanted', () => {
    const home = homeOf('other', { isComplete: true });
    const { code, message, detail } = errorOf(() => openSession({ home, org: 'org3' }));
    expect([code, detail]).toEqual(['CONFIG', { org: 'org3', organisations: ['org1', 'org2'] }]);
    expect(message).toMatch(/has no organisation org3; there are org1, org2$/);
  });

  it('says that there is no network where its start did not come to its end', () => {
    const { code, message } = errorOf(() => openSession({ home: homeOf('half', { isComplete: false }) }));
    expect([code, message]).toEqual(['CONFIG', expect.stringMatching(/^no network in .*half; start one/)]);
  });

  it('says that there is no network where none is', () => {
    const { code, message } = errorOf(() => openSession({ home: folder }));
    expect([code, message]).toEqual([
      'CONFIG',
      expect.stringMatching(/^no network in .*; start one with .* --client/),
    ]);
  });

  it('says what is wrong where its folder is a file', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => openSession({ home: file })).toThrow(/file is a file; give --home a folder/);
  });
});

describe('a client of nodes', () => {
  it('is one that the consortium file lists', () => {
    expect(() => requireListed(contextOf('User1'))).not.toThrow();
  });

  it('is no administrator, who is told which client files would do', () => {
    const advice = 'use the client file of one that is listed (org1.client, org1.other), or list it';
    const context = contextOf('Admin');
    const { consortium } = context;
    const other = { ...node('org1.client'), name: 'org1.other', certificate: 'ab' };
    const nodes = [...consortium.nodes, other];
    const { code, message } = errorOf(() =>
      requireListed({ ...context, consortium: { ...consortium, nodes } }),
    );
    expect(code).toBe('UNKNOWN_CALLER');
    expect(message).toMatch(/^nodes do not answer this client: /);
    expect(message.endsWith(`); ${advice}`)).toBe(true);
  });

  it('is told to be listed where nobody of its organisation is', () => {
    const context = contextOf('Admin');
    const nodes = context.consortium.nodes.filter(({ name }) => name !== 'org1.client');
    const { message } = errorOf(() =>
      requireListed({ ...context, consortium: { ...context.consortium, nodes } }),
    );
    expect(message).toMatch(/\); list it there$/);
  });
});
