import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DevnetHandle } from '../devnet/handle.js';
import { startTestNetwork } from '../devnet/testing/test-network.js';
import { peerHost } from '../identity/layout.js';
import { loadIdentity } from '../identity/signer.js';
import { loadTls } from '../identity/tls.js';
import { servicePackage } from './chaincode-package.js';
import { PeerAdministration } from './peer-admin.js';

let network: DevnetHandle;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ network, close } = await startTestNetwork({ chaincodeConfig: { org1: { address: '127.0.0.1:1' } } }));
});

afterAll(() => close());

async function as<T>(user: string, use: (administration: PeerAdministration) => Promise<T>): Promise<T> {
  const { layout, networkInfo, topology } = network;
  const [organisation] = topology.organisations;
  if (organisation === undefined) throw new Error('no organisation');
  const administration = new PeerAdministration({
    address: networkInfo.peers[organisation.name]?.address ?? '',
    serverName: peerHost(organisation),
    tlsRoots: loadTls(join(layout.peer(organisation), 'tls')).ca,
    admin: loadIdentity(join(layout.user(organisation, user), 'msp'), organisation.mspId),
  });
  try {
    return await use(administration);
  } finally {
    administration.close();
  }
}

describe('the administration of a peer', () => {
  it('tells the channels', async () => {
    expect((await as('Admin', (admin) => admin.channels())).sort()).toEqual(['checking', 'main']);
  });

  it('installs a package under the id that we give it', async () => {
    const chaincode = await servicePackage('label_1');
    await as('Admin', (admin) => admin.install(chaincode));
    expect(await as('Admin', (admin) => admin.installed())).toContain(chaincode.id);
  });

  it('says what a peer refuses, and whose peer it is', async () => {
    const chaincode = await servicePackage('label_2');
    await expect(as('User1', (user) => user.install(chaincode))).rejects.toMatchObject({
      code: 'PEER_ADMIN',
      detail: { mspId: 'Org1MSP' },
    });
    await expect(as('Admin', (admin) => admin.join(new Uint8Array([1])))).rejects.toMatchObject({
      code: 'PEER_ADMIN',
    });
  });
});
