import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { fromUtf8 } from '@cotrace/core';
import { peer } from '@cotrace/fabric-model';
import { loadTls } from '@cotrace/network';
import { credentials, type ChannelCredentials } from '@grpc/grpc-js';
import { ContractPeer } from '../../testing/contract-peer.js';
import { contractProgram } from '../../testing/contract-program.js';
import { freePorts } from '../../testing/free-ports.js';
import { TestNetwork } from '../../testing/test-network.js';
import { ContractHost, type HostOptions } from './host.js';

const ID = `cotrace-checking_1:${'ab'.repeat(32)}`;

let network: TestNetwork;
let program: URL;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  network = await TestNetwork.create({ organisations: 2 });
  program = await contractProgram(network.folder('program'));
}, 120_000);

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

afterAll(() => network.remove());

const said: string[] = [];
const log: HostOptions['log'] = {
  info: () => undefined,
  often: (_level, _kind, message) => void said.push(message),
};

async function start(changes: Partial<HostOptions> = {}): Promise<{
  readonly host: ContractHost<{ readonly word: string }>;
  readonly address: string;
}> {
  const [port = 0] = await freePorts(1);
  const address = changes.address ?? `127.0.0.1:${port}`;
  const options = { address, packageId: ID, tls: null, log, program, ...changes };
  const host = await ContractHost.start<{ readonly word: string }>(options);
  closing.push(() => host.close());
  return { host, address };
}

function dial(address: string, channel?: ChannelCredentials): ContractPeer {
  const connection = new ContractPeer(address, channel);
  closing.push(() => connection.close());
  return connection;
}

/** The word that the contract answers with to a peer that dials until it answers. */
async function wordAt(address: string): Promise<string> {
  for (;;) {
    const connection = dial(address);
    const registered = await Promise.race([connection.registered, connection.ended.then(() => null)]);
    if (registered === null) continue;
    return fromUtf8((await connection.call('word')).payload);
  }
}

describe('the host of a contract', () => {
  it('registers as its package, and answers by what was posted last', async () => {
    const { host, address } = await start();
    const connection = dial(address);
    expect(await connection.registered).toBe(ID);
    expect(fromUtf8((await connection.call('word')).payload)).toBe('');
    for (const word of ['one', 'two']) {
      host.post({ word });
      expect(await wordAt(address)).toBe(word);
    }
    expect(fromUtf8((await connection.call('word')).payload)).toBe('two');
  });

  it.each([
    [
      'a peer keeps the connection alive',
      (to: ContractPeer) => to.send(peer.ChaincodeMessage_Type.KEEPALIVE),
    ],
    [
      'a peer sends what the shim does not know',
      (to: ContractPeer) => to.send(peer.ChaincodeMessage_Type.PUT_STATE),
    ],
    ['nobody catches an error', (to: ContractPeer) => to.start('fail')],
  ])('continues with what it knew in a new thread where the old one ends: %s', async (_, end) => {
    const { host, address } = await start();
    host.post({ word: 'before' });
    const connection = dial(address);
    await connection.registered;
    await connection.call('word');
    said.length = 0;
    end(connection);
    await connection.ended;
    expect(await wordAt(address)).toBe('before');
    expect(said).toEqual([
      expect.stringMatching(/thread of the checking contract ended \(.*(exit code 1|not caught)/),
    ]);
    host.post({ word: 'after' });
    expect(await wordAt(address)).toBe('after');
  });

  it('is not started on a port that is taken, and listens no more once it is closed', async () => {
    const { host, address } = await start();
    await expect(start({ address })).rejects.toMatchObject({ code: 'LISTEN' });
    await host.close();
    host.post({ word: 'nobody hears it' });
    await dial(address).ended;
    await start({ address });
  });

  it('with TLS takes peers that show a certificate of its authorities, and no others', async () => {
    const [own, other] = network.organisations;
    if (own === undefined || other === undefined) throw new Error('there are two');
    const tls = loadTls(join(network.layout.master(own), 'tls'));
    const service = { key: tls.key, certificate: tls.certificate, clientAuthorities: tls.ca };
    const [port = 0] = await freePorts(1);
    const { host, address } = await start({ address: `localhost:${port}`, tls: service });
    host.post({ word: 'in private' });
    const shown = (organisation: typeof own) => {
      const { key, certificate } = loadTls(join(network.layout.peer(organisation), 'tls'));
      return credentials.createSsl(tls.ca, key, certificate);
    };
    const connection = dial(address, shown(own));
    await connection.registered;
    expect(fromUtf8((await connection.call('word')).payload)).toBe('in private');
    for (const stranger of [shown(other), credentials.createSsl(tls.ca), credentials.createInsecure()]) {
      const refused = dial(address, stranger);
      expect(await Promise.race([refused.registered, refused.ended.then(() => 'ended')])).toBe('ended');
    }
  });
});
