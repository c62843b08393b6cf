import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadTls } from '@cotrace/network';
import type { ClientContext } from './client-config.js';
import { findOrganisation } from '../node/node-config.js';
import { TestNetwork } from '../testing/test-network.js';
import { openSession, requireListed } from './session.js';

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

describe('a session', () => {
  it('names a client file that is not there', () => {
    expect(() => openSession({ home: folder, client: 'nope.yaml' })).toThrow(/no client file nope\.yaml/);
  });

  it('says that there is no network where none is', () => {
    expect(() => openSession({ home: folder })).toThrow(/no network in .*; start one with .* --client/);
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

  it('is no administrator, who is told which client file would do', () => {
    expect(() => requireListed(contextOf('Admin'))).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_CALLER' }),
    );
    expect(() => requireListed(contextOf('Admin'))).toThrow(/org1\.client/);
  });
});
