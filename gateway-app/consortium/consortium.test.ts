import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Consortium, ConsortiumNode } from './consortium.js';
import { readConsortium } from './read.js';
import { TestNetwork } from '../testing/test-network.js';

let folder: string;
let path: string;
let good: Consortium;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cotrace-consortium-'));
  path = join(folder, 'consortium.json');
  const network = await TestNetwork.create();
  const { consortium } = network;
  await network.remove();
  const nodes = consortium.nodes.map((node, i) => ({
    ...node,
    address: node.role === 'client' ? null : `localhost:${7060 + i}`,
  }));
  const organisations = consortium.organisations.map((organisation, i) => ({
    ...organisation,
    peer: { address: `localhost:${8060 + i}`, serverName: null },
  }));
  good = { ...consortium, nodes, organisations };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(value: unknown): Consortium {
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return readConsortium(path);
}

/** The consortium with another node in place of the first that has `role`. */
const withNode = (role: string, change: object): object => {
  const at = good.nodes.findIndex((node) => node.role === role);
  return { ...good, nodes: good.nodes.map((node, i) => (i === at ? { ...node, ...change } : node)) };
};
const withFirst = (change: object): object => ({
  ...good,
  organisations: good.organisations.map((organisation, i) =>
    i === 0 ? { ...organisation, ...change } : organisation,
  ),
});
const nodeOf = (role: string, at = 0): ConsortiumNode | null =>
  good.nodes.filter((node) => node.role === role)[at] ?? null;

describe('a consortium file', () => {
  it('comes back as it was written', () => {
    expect(read(good)).toEqual(good);
    expect(read({ ...good, nodes: [] }).nodes).toEqual([]);
  });

  it('is read in the version before, which has no times and no signing certificates', () => {
    const { checking, ...before } = good;
    const old = good.nodes.map((node) =>
      Object.fromEntries(Object.entries(node).filter(([name]) => name !== 'signer')),
    );
    expect(checking).toEqual({ t1: 10, t2: 30 });
    expect(read({ ...before, version: 2, nodes: old })).toEqual({
      ...good,
      nodes: good.nodes.map((node) => ({ ...node, signer: null })),
    });
    expect(() => read({ ...good, version: 2 })).toThrow('unknown member "checking"');
    expect(() => read({ ...before, version: 2 })).toThrow('unknown member "signer"');
  });

  it('has times of a cycle of its own, and those that hold by default', () => {
    expect(read({ ...good, checking: { t1: 86_400, t2: 86_401 } }).checking).toEqual({
      t1: 86_400,
      t2: 86_401,
    });
    expect(read({ ...good, checking: { t1: 20 } }).checking).toEqual({ t1: 20, t2: 60 });
    expect(read({ ...good, checking: {} }).checking).toEqual({ t1: 10, t2: 30 });
  });

  const faults: readonly (readonly [string, () => unknown, string])[] = [
    ['a business node without a domain', () => withNode('business', { domain: null }), 'domain must be text'],
    ['a domain that is a number', () => withNode('business', { domain: 7 }), 'domain must be text'],
    ['a domain that is not there', () => withNode('business', { domain: 'fish' }), 'a domain of the file'],
    ['a business node without an address', () => withNode('business', { address: null }), 'address must be'],
    ['a master without an address', () => withNode('master', { address: null }), 'address must be'],
    ['a port that is none', () => withNode('master', { address: 'localhost:0' }), 'address must be'],
    ['a port above all', () => withNode('master', { address: 'localhost:65536' }), 'address must be'],
    ['an address over two lines', () => withNode('master', { address: 'a\nb:1' }), 'address must be'],
    ['a master with a domain', () => withNode('master', { domain: 'goods' }), 'domain must be null'],
    ['a client with an address', () => withNode('client', { address: 'a:1' }), 'address must be null'],
    ['a role that is none', () => withNode('client', { role: 'admin' }), 'role must be one of'],
    ['a node of nobody', () => withNode('client', { mspId: 'MillMSP' }), 'mspId must be that of'],
    ['a name that leads out of a folder', () => withNode('client', { name: '../x' }), 'name must be'],
    ['no certificate', () => withNode('client', { certificate: undefined }), 'certificate is missing'],
    ['a certificate that is no hash', () => withNode('client', { certificate: 'AB' }), 'certificate must be'],
    ['an unknown member', () => withNode('client', { roles: [] }), 'unknown member "roles"'],
    ['one name twice', () => withNode('client', { name: nodeOf('master')?.name }), 'the name org1.master is'],
    [
      'one certificate twice',
      () => withNode('client', { certificate: nodeOf('master')?.certificate }),
      'the TLS certificate of org1.master and org1.client',
    ],
    ['one address twice', () => withNode('business', { address: nodeOf('master')?.address }), 'the address'],
    [
      'two masters of one organisation',
      () => withNode('master', { mspId: 'Org2MSP' }),
      'the node master of Org2MSP',
    ],
    [
      'two nodes of one organisation in one domain',
      () => withNode('business', { domain: nodeOf('business', 1)?.domain }),
      'the node Org1MSP in retail',
    ],
    ['one MSP id twice', () => ({ ...withFirst({ mspId: 'Org2MSP' }), nodes: [] }), 'the MSP id Org2MSP'],
    ['one organisation twice', () => withFirst({ name: 'org2' }), 'the organisation org2'],
    ['one peer twice', () => withFirst({ peer: good.organisations[1]?.peer }), 'the peer localhost:8061'],
    ['a peer without an address', () => withFirst({ peer: { serverName: null } }), 'address is missing'],
    ['no TLS authority', () => withFirst({ tlsRoots: '' }), 'tlsRoots must be'],
    ['a quorum, which main’s configuration has', () => ({ ...good, quorum: 2 }), 'unknown member "quorum"'],
    ['the version before', () => ({ ...good, version: 1 }), 'version must be a whole number from 2 to 3'],
    ['a version to come', () => ({ ...good, version: 4 }), 'version must be a whole number from 2 to 3'],
    ['an initiator that nobody waits for', () => ({ ...good, checking: { t1: 0 } }), 'checking.t1 must be'],
    [
      'a turn that ends before the warning',
      () => ({ ...good, checking: { t1: 9, t2: 9 } }),
      'checking.t2 must be a whole number from 10',
    ],
    ['a signing certificate that is no hash', () => withNode('master', { signer: 'AB' }), 'signer must be'],
    [
      'a client that signs',
      () => withNode('client', { signer: good.nodes[0]?.signer }),
      'signer must be null',
    ],
    ['a height of one', () => ({ ...good, checkingHeight: 1 }), 'checkingHeight must be'],
    ['a height beyond its 32 bits', () => ({ ...good, checkingHeight: 2 ** 32 }), 'checkingHeight must be'],
    ['one domain twice', () => ({ ...good, domains: [...good.domains, 'goods'] }), 'the domain goods'],
    ['a domain that no chaincode can have', () => ({ ...good, domains: ['Goods!'] }), 'domains[0] must be'],
    [
      'one channel for both',
      () => ({ ...good, channels: { main: good.channels.main, checking: good.channels.main } }),
      'checking must be another',
    ],
    ['no JSON', () => '{', 'is not JSON'],
    ['a member twice', () => '{"version":2,"version":2}', 'is not JSON'],
  ];

  it.each(faults)('is refused with %s', (_, value, message) => {
    expect(() => read(value())).toThrow(expect.objectContaining({ code: 'CONFIG' }));
    expect(() => read(value())).toThrow(message);
    expect(() => read(value())).toThrow(path);
  });

  it('is asked for by its path, and the file that names it, where it is not there', () => {
    expect(() => readConsortium(join(folder, 'none.json'))).toThrow(
      /there is no consortium file .*none\.json; correct the path in the file that names it/,
    );
  });
});
