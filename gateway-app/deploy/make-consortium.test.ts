import { join } from 'node:path';
import { loadIdentity, loadTls, type NetworkInfo } from '@cotrace/network';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pemCertificateHash } from '../consortium/certificate-hash.js';
import { TestNetwork } from '../testing/test-network.js';
import { makeConsortium } from './make-consortium.js';

let network: TestNetwork;
let info: NetworkInfo;

beforeAll(async () => {
  network = await TestNetwork.create({ organisations: 2 });
  const { main, checking } = network.consortium.channels;
  const address = (i: number) => ({ name: `peer${i}`, mspId: `Org${i}MSP`, address: `127.0.0.1:${i}` });
  info = {
    peers: { org1: address(1), org2: address(2) },
    orderer: address(3),
    cryptoDir: network.layout.dir,
    channels: [checking, main],
  };
});

afterAll(() => network.remove());

const make = (changes: Partial<NetworkInfo> = {}) =>
  makeConsortium(network.topology, network.layout, { ...info, ...changes }, (name) => `${name}:7100`);

const hashIn = (folder: string) => pemCertificateHash(loadTls(join(folder, 'tls')).certificate);

describe('the consortium of a network', () => {
  it('has its channels and domains, and where each peer is reached', () => {
    const { channels, domains, checkingHeight, checking, organisations } = make();
    expect({ channels, domains, checkingHeight, checking }).toEqual({
      channels: network.consortium.channels,
      domains: network.topology.domains,
      checkingHeight: network.topology.checkingHeight,
      checking: network.topology.checking,
    });
    expect(organisations.map(({ name, mspId, peer }) => [name, mspId, peer])).toEqual([
      ['org1', 'Org1MSP', { address: '127.0.0.1:1', serverName: 'peer1' }],
      ['org2', 'Org2MSP', { address: '127.0.0.1:2', serverName: 'peer2' }],
    ]);
    expect(organisations.map(({ tlsRoots }) => tlsRoots)).toEqual(
      network.consortium.organisations.map(({ tlsRoots }) => tlsRoots),
    );
  });

  it('has every node with its address and the certificate of its own: masters, business nodes, clients', () => {
    const { organisations, layout } = network;
    const [one, two] = organisations.map((organisation) => ({
      master: hashIn(layout.master(organisation)),
      goods: hashIn(layout.business(organisation, 'goods')),
      retail: hashIn(layout.business(organisation, 'retail')),
      client: hashIn(layout.user(organisation, 'User1')),
    }));
    const { nodes } = make();
    expect(nodes.map(({ name, role, address, certificate }) => [name, role, address, certificate])).toEqual([
      ['org1.master', 'master', 'org1.master:7100', one?.master],
      ['org2.master', 'master', 'org2.master:7100', two?.master],
      ['org1.goods', 'business', 'org1.goods:7100', one?.goods],
      ['org1.retail', 'business', 'org1.retail:7100', one?.retail],
      ['org2.goods', 'business', 'org2.goods:7100', two?.goods],
      ['org2.retail', 'business', 'org2.retail:7100', two?.retail],
      ['org1.client', 'client', null, one?.client],
      ['org2.client', 'client', null, two?.client],
    ]);
    for (const { name, mspId, domain } of nodes) {
      expect(mspId).toBe(name.startsWith('org1') ? 'Org1MSP' : 'Org2MSP');
      expect(domain).toBe(/goods|retail/.exec(name)?.[0] ?? null);
    }
  });

  it('says what each node signs with, and of clients nothing', () => {
    const [one] = network.organisations;
    if (one === undefined) throw new Error('there are two');
    const signerIn = (folder: string) =>
      pemCertificateHash(loadIdentity(join(folder, 'msp'), one.mspId).certificate);
    const signers = new Map(make().nodes.map(({ name, signer }) => [name, signer]));
    expect(signers.get('org1.master')).toBe(signerIn(network.layout.master(one)));
    expect(signers.get('org1.retail')).toBe(signerIn(network.layout.business(one, 'retail')));
    expect(signers.get('org1.client')).toBeNull();
    expect(new Set(signers.values()).size).toBe(7);
  });

  it('is not made where the hash of a channel is missing or is none', () => {
    const [checking] = info.channels;
    for (const channels of [[], [{ name: 'main', genesisHeaderHash: '00' }], checking ? [checking] : []]) {
      expect(() => make({ channels })).toThrow(expect.objectContaining({ code: 'BAD_HEX' }));
    }
  });
});
