import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isCotraceError, Shape, type JsonValue } from '@cotrace/core';
import { ensureCrypto, genesisBlock, nodeVerifier, type CryptoLayout } from '@cotrace/network';
import * as x509 from '@peculiar/x509';
import { readClientConfig } from '../client/client-config.js';
import { readProcessConfig } from '../node/process-config.js';
import { EXAMPLE_TOPOLOGY, putExampleConsortium } from '../testing/example-consortium.js';
import { readTrust } from '@cotrace/verifier';
import { pemCertificateHash } from './certificate-hash.js';
import { consortiumOf } from './check.js';
import type { ConsortiumNode } from './consortium.js';
import { makeConsortiumFiles } from './make.js';
import { readConsortiumSource } from './source.js';

const DAY_MS = 24 * 60 * 60 * 1000;

const [farm] = EXAMPLE_TOPOLOGY.organisations;

let dir: string;
let layout: CryptoLayout;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cotrace-consortium-'));
  layout = await putExampleConsortium(dir);
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Makes the files of the example, its text changed. */
function make(change: (text: string) => string = (text) => text, now = Date.now()) {
  const path = join(dir, 'changed.yaml');
  writeFileSync(path, change(readFileSync(join(dir, 'consortium.yaml'), 'utf8')));
  return makeConsortiumFiles(readConsortiumSource(path), now);
}

const withoutSigners = (text: string) => text.replaceAll(/,?\s+signer: [a-z/-]+\.pem/g, '');

/** The message of the `CONFIG` error that it throws. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isCotraceError(error, 'CONFIG')) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the example of a consortium', () => {
  it('is one that nodes, clients and verifiers read', () => {
    const { consortium, trust, quorum, members, warnings } = make();
    expect([quorum, members]).toEqual([2, ['FarmMSP', 'ShopMSP']]);
    expect(warnings).toEqual([expect.stringContaining('the quorum has no spare')]);
    const written = JSON.parse(JSON.stringify(consortium)) as JsonValue;
    expect(consortiumOf(new Shape(written, { code: 'CONFIG' }))).toEqual(consortium);
    expect(consortium.nodes.map(({ name, role, domain }) => [name, role, domain])).toEqual([
      ['farm.master', 'master', null],
      ['farm.production', 'business', 'production'],
      ['farm.distribution', 'business', 'distribution'],
      ['farm.erp', 'client', null],
      ['shop.master', 'master', null],
      ['shop.retail', 'business', 'retail'],
      ['shop.till', 'client', null],
    ]);
    expect(consortium.organisations.map(({ peer }) => peer)).toEqual([
      { address: 'peer0.farm.example:7051', serverName: 'peer0.farm.example' },
      { address: 'peer0.shop.example:7051', serverName: null },
    ]);
    const read = readTrust(trust, nodeVerifier);
    expect(read.membership.quorum).toBe(2);
    expect(read.network.mainName).toBe('trade');
  });

  it('says what its nodes sign with, and where the description leaves that out, nothing', () => {
    const hashes = (nodes: readonly ConsortiumNode[]) => nodes.map(({ signer }) => signer);
    const { nodes } = make().consortium;
    const own = readFileSync(join(dir, 'farm', 'signing.pem'), 'utf8');
    expect(nodes[0]?.signer).toBe(pemCertificateHash(own));
    expect(nodes.filter(({ role, signer }) => (role === 'client') !== (signer === null))).toEqual([]);
    const without = make(withoutSigners).consortium;
    expect(new Set(hashes(without.nodes))).toEqual(new Set([null]));
  });

  it('has the nodes that the example of a process runs, and a client', () => {
    const { consortium } = make();
    const { consortium: path, nodes } = readProcessConfig(join(dir, 'nodes.yaml'));
    const own = consortium.nodes.filter(({ mspId, address }) => mspId === 'FarmMSP' && address !== null);
    expect(nodes.map(({ name }) => name)).toEqual(own.map(({ name }) => name));
    expect([path, nodes[0]]).toEqual([
      join(dir, 'consortium.json'),
      {
        name: 'farm.master',
        mspDir: join(dir, 'master', 'msp'),
        tlsDir: join(dir, 'master', 'tls'),
        storeDir: join(dir, 'store', 'master'),
        listen: '0.0.0.0:7060',
      },
    ]);
    expect(readClientConfig(join(dir, 'client.yaml'))).toMatchObject({
      mspId: 'FarmMSP',
      mspDir: join(dir, 'erp', 'msp'),
    });
  });
});

describe('a description of a consortium', () => {
  it.each([
    [
      'a quorum, which main’s configuration has',
      /domains:/,
      'quorum: 2\ndomains:',
      /:\d+ has the unknown member "quorum"/,
    ],
    ['a file that is not there', 'farm/master.pem', 'farm/none.pem', /none\.pem cannot be read/],
    ['a file that holds no certificate', 'farm/master.pem', 'client.yaml', /holds no PEM certificate/],
    [
      'a signing certificate for TLS',
      'certificate: farm/master.pem',
      'certificate: farm/signing.pem',
      /not its signing certificate/,
    ],
    [
      'a TLS certificate for signing',
      'signer: farm/signing.pem',
      'signer: farm/master.pem',
      /no valid certificate of FarmMSP \(farm\); give the node's signing certificate/,
    ],
    [
      "another organisation's signing certificate",
      'signer: farm/signing.pem',
      'signer: shop/signing.pem',
      /no valid certificate of FarmMSP/,
    ],
    ["another organisation's certificate", 'farm/master.pem', 'shop/master.pem', /not issued by/],
    [
      'one certificate for two nodes',
      'farm/erp.pem',
      'farm/master.pem',
      /farm\.master and farm\.erp is listed twice/,
    ],
    [
      'one address for two nodes',
      'cotrace.farm.example:7061',
      'cotrace.farm.example:7060',
      /:7060 is listed twice/,
    ],
    [
      'a port that is none',
      'cotrace.farm.example:7061',
      'cotrace.farm.example:70610',
      /port from 1 to 65535/,
    ],
    [
      'a node of a domain that is not there',
      '      retail:',
      '      wholesale:',
      /businessNodes has the unknown member "wholesale"; it may have production,/,
    ],
    [
      'an organisation outside of the channel',
      'mspId: ShopMSP',
      'mspId: MillMSP',
      /MillMSP \(shop\) is not a member/,
    ],
    [
      'another genesis block',
      'trade-0.block',
      'trade-checking-0.block',
      /is block 0 of channel trade-checking/,
    ],
    [
      'another configuration',
      'trade-config.block',
      'trade-checking-0.block',
      /is one of channel trade-checking/,
    ],
  ])('is refused with %s', (_, from, to, message) => {
    expect(refusal(() => make((text) => text.replace(from, to)))).toMatch(message);
  });

  it('has the quorum of the channel’s configuration, and is refused where fewer members have a master', async () => {
    const mill = { name: 'mill', mspId: 'MillMSP', domain: 'mill.example' };
    const crypto = join(dir, 'crypto-of-three');
    const three = { ...EXAMPLE_TOPOLOGY, organisations: [...EXAMPLE_TOPOLOGY.organisations, mill] };
    await ensureCrypto(three, crypto);
    const made = (quorum: number) => {
      writeFileSync(join(dir, 'three.block'), genesisBlock({ ...three, quorum }, 'trade', crypto));
      return make((text) => withoutSigners(text).replace('trade-config.block', 'three.block'));
    };
    const { quorum, trust, warnings } = made(2);
    expect([quorum, readTrust(trust, nodeVerifier).membership.quorum]).toEqual([2, 2]);
    expect(warnings.join()).toContain('MillMSP is a member of channel trade and runs no master');
    expect(refusal(() => made(3))).toMatch(
      /3 of the channel's 3 members must agree, but only 2 have a master/,
    );
  });

  it('is refused with a certificate that has expired', () => {
    expect(refusal(() => make(undefined, Date.now() + 36_500 * DAY_MS))).toMatch(/is valid from .* to /);
  });

  it('is refused with a certificate for servers alone, which no node could call others with', async () => {
    if (farm === undefined) throw new Error('there are two');
    const folder = join(layout.organisation(farm), 'tlsca');
    const issuer = new x509.X509Certificate(
      readFileSync(join(folder, 'tlsca.farm.example-cert.pem'), 'utf8'),
    );
    const key = createPrivateKey(readFileSync(join(folder, 'priv_sk'), 'utf8'));
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: '01',
      subject: 'CN=server only',
      issuer: issuer.subjectName,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + DAY_MS),
      publicKey: keys.publicKey,
      signingKey: await webcrypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), algorithm, false, [
        'sign',
      ]),
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth])],
    });
    writeFileSync(join(dir, 'farm', 'server-only.pem'), certificate.toString('pem'));
    const message = refusal(() => make((text) => text.replace('farm/master.pem', 'farm/server-only.pem')));
    expect(message).toMatch(/may not be used as a client \(extended key usage\)/);
  });
});

describe('the configuration of a process', () => {
  it.each([
    ['no nodes', 'nodes: []', /nodes must have at least 1 item, not 0/],
    [
      'a misspelt setting',
      'nodes: [{ name: a, storedir: b }]',
      /nodes\[0\] has the unknown member "storedir"/,
    ],
    [
      'a missing folder',
      'nodes: [{ name: a, mspDir: b, tlsDir: c }]',
      /storeDir is missing; it must be the path of/,
    ],
    [
      'an address that is none',
      'nodes: [{ name: a, mspDir: b, tlsDir: c, storeDir: d, listen: e }]',
      /host:port/,
    ],
    [
      'no thread for the trie',
      'nodes: [{ name: a, mspDir: b, tlsDir: c, storeDir: d, trieThreads: 0 }]',
      /trieThreads must be .*1 to 32/,
    ],
    [
      'more memory for the trie than it can address',
      'nodes: [{ name: a, mspDir: b, tlsDir: c, storeDir: d, trieMemory: 5000 }]',
      /trieMemory must be .*64 to 4096/,
    ],
  ])('is refused with %s', (_, nodes, message) => {
    const path = join(dir, 'process.yaml');
    writeFileSync(path, `consortium: consortium.json\n${nodes}\n`);
    expect(refusal(() => readProcessConfig(path))).toMatch(message);
  });
});
