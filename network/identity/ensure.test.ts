import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { isLowS } from '@cotrace/fabric-model';
import { AsnConvert } from '@peculiar/asn1-schema';
import * as x509 from '@peculiar/asn1-x509';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultTopology, parseTopology, type Topology } from '../topology.js';
import { ensureCrypto } from './ensure.js';
import type { CryptoLayout } from './layout.js';

const SMALL = `
organisations: [{name: a, mspId: AMSP, domain: a.test}, {name: b, mspId: BMSP, domain: b.test}]
domains: [rice]
`;

/** Every file below a folder: relative path with the bytes, sorted. */
function snapshot(dir: string): [string, string][] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [relative(dir, path), readFileSync(path, 'latin1')]);
}

function certificate(path: string): X509Certificate {
  return new X509Certificate(readFileSync(path));
}

function onlyCertificate(dir: string): X509Certificate {
  const [name = ''] = readdirSync(dir);
  return certificate(join(dir, name));
}

function asn(cert: X509Certificate): x509.Certificate {
  return AsnConvert.parse(cert.raw, x509.Certificate);
}

describe('certificates of the default network', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cotrace-crypto-'));
  const topology = defaultTopology();
  let layout: CryptoLayout;

  beforeAll(async () => {
    layout = await ensureCrypto(topology, dir);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('stand in the folders of cryptogen', () => {
    const files = snapshot(layout.dir).map(([path]) => path);
    const msp = (base: string, ca: string): string[] => [
      `${base}/msp/cacerts/ca.${ca}-cert.pem`,
      `${base}/msp/config.yaml`,
      `${base}/msp/tlscacerts/tlsca.${ca}-cert.pem`,
    ];
    const organisation = (base: string, ca: string): string[] => [
      `${base}/ca/ca.${ca}-cert.pem`,
      `${base}/ca/priv_sk`,
      `${base}/tlsca/priv_sk`,
      `${base}/tlsca/tlsca.${ca}-cert.pem`,
      ...msp(base, ca),
    ];
    const node = (base: string, collection: string, name: string, ca: string): string[] => {
      const prefix = collection === 'users' ? 'client' : 'server';
      const dir = `${base}/${collection}/${name}`;
      const tls = ['ca.crt', `${prefix}.crt`, `${prefix}.key`].map((file) => `${dir}/tls/${file}`);
      return [
        ...msp(dir, ca),
        `${dir}/msp/keystore/priv_sk`,
        `${dir}/msp/signcerts/${name}-cert.pem`,
        ...tls,
      ];
    };
    const expected = [1, 2, 3].flatMap((n) => {
      const ca = `org${n}.example.com`;
      const base = `peerOrganizations/${ca}`;
      return [
        ...organisation(base, ca),
        ...['peer0', 'master'].flatMap((name) => node(base, 'peers', `${name}.${ca}`, ca)),
        ...['Admin', 'User1', 'checking', ...topology.domains].flatMap((name) =>
          node(base, 'users', `${name}@${ca}`, ca),
        ),
      ];
    });
    expected.push(
      ...organisation('ordererOrganizations/example.com', 'example.com'),
      ...node('ordererOrganizations/example.com', 'orderers', 'orderer.example.com', 'example.com'),
      ...node('ordererOrganizations/example.com', 'users', 'Admin@example.com', 'example.com'),
    );
    expect(files).toEqual(expected.sort());
  });

  it('keep keys from other users of the machine', () => {
    for (const [path] of snapshot(dir)) {
      if (!/priv_sk$|\.key$/.test(path)) continue;
      expect([path, statSync(join(dir, path)).mode & 0o777]).toEqual([path, 0o600]);
      expect(readFileSync(join(dir, path), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    }
  });

  it('carry the role of each node as their only organizational unit', () => {
    for (const { dir: base, nodes } of layout.organisations()) {
      for (const { collection, name, role } of nodes) {
        const { subject } = onlyCertificate(join(base, collection, name, 'msp', 'signcerts'));
        expect(subject).toBe(`OU=${role}\nCN=${name}`);
      }
    }
    const [organisation] = topology.organisations;
    if (organisation === undefined) throw new Error('no organisation');
    const roleAt = (path: string): string =>
      onlyCertificate(join(path, 'msp', 'signcerts')).subject.split('\n')[0] ?? '';
    expect(roleAt(layout.peer(organisation))).toBe('OU=peer');
    expect(roleAt(layout.master(organisation))).toBe('OU=peer');
    expect(roleAt(layout.business(organisation, 'retail'))).toBe('OU=client');
    expect(roleAt(layout.user(organisation, 'User1'))).toBe('OU=client');
    expect(roleAt(layout.user(organisation, 'Admin'))).toBe('OU=admin');
    expect(roleAt(layout.orderer())).toBe('OU=orderer');
    expect(roleAt(layout.ordererAdmin())).toBe('OU=admin');
  });

  it('are issued by the right authority, with key identifiers that agree and low-S signatures', () => {
    for (const { dir: base, domain, nodes } of layout.organisations()) {
      for (const [kind, find] of [
        ['ca', (path: string) => onlyCertificate(join(path, 'msp', 'signcerts'))],
        ['tlsca', (path: string) => tlsCertificate(path)],
      ] as const) {
        const ca = certificate(join(base, kind, `${kind}.${domain}-cert.pem`));
        expect(ca.ca && ca.checkIssued(ca) && ca.verify(ca.publicKey)).toBe(true);
        expect(isLowS(new Uint8Array(asn(ca).signatureValue))).toBe(true);
        for (const { collection, name } of nodes) {
          const cert = find(join(base, collection, name));
          // checkIssued compares names, key identifiers and the authority's key usage.
          expect([name, cert.checkIssued(ca), cert.verify(ca.publicKey), cert.ca]).toEqual([
            name,
            true,
            true,
            false,
          ]);
          expect(isLowS(new Uint8Array(asn(cert).signatureValue))).toBe(true);
          expect(authorityKeyId(cert)).toEqual(subjectKeyId(ca));
        }
      }
    }
  });

  it('have key usages in the DER form that Go writes', () => {
    const [{ dir: base, nodes: [node] } = { dir: '', nodes: [] }] = layout.organisations();
    const usageOf = (cert: X509Certificate): string => extension(cert, x509.id_ce_keyUsage).toString('hex');
    expect(usageOf(onlyCertificate(join(base, 'ca').replace(/ca$/, 'msp/cacerts')))).toBe('030201a6');
    expect(usageOf(onlyCertificate(join(base, 'peers', node?.name ?? '', 'msp', 'signcerts')))).toBe(
      '03020780',
    );
    expect(usageOf(tlsCertificate(join(base, 'peers', node?.name ?? '')))).toBe('030205a0');
  });

  it('let TLS work under the host name, localhost and the loop-back addresses, as server and client', () => {
    for (const { dir: base, nodes } of layout.organisations()) {
      for (const { collection, name, host } of nodes) {
        const cert = tlsCertificate(join(base, collection, name));
        expect(cert.checkHost(host)).toBe(host);
        expect(cert.checkHost('localhost')).toBe('localhost');
        expect(cert.checkIP('127.0.0.1')).toBe('127.0.0.1');
        expect(cert.checkIP('::1')).toBe('::1');
        expect(cert.checkHost('elsewhere.test')).toBeUndefined();
        expect(cert.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
      }
    }
  });

  it('are valid now and for years', () => {
    const cert = onlyCertificate(join(layout.orderer(), 'msp', 'signcerts'));
    expect(Date.parse(cert.validFrom)).toBeLessThan(Date.now());
    expect(Date.parse(cert.validTo)).toBeGreaterThan(Date.now() + 9 * 365 * 86_400_000);
  });

  it('stay as they are at a second start', async () => {
    const before = snapshot(dir);
    await ensureCrypto(topology, dir);
    expect(snapshot(dir)).toEqual(before);
  });
});

describe('a folder that is not as it should be', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cotrace-crypto-'));
  const topology: Topology = parseTopology(SMALL);
  const [a, b] = topology.organisations;
  if (a === undefined || b === undefined) throw new Error('two organisations expected');
  let layout: CryptoLayout;

  beforeAll(async () => {
    layout = await ensureCrypto(topology, dir);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  /** Runs with a file changed, then puts the file back. */
  async function withFile(path: string, change: () => void): Promise<unknown> {
    const bytes = readFileSync(path);
    change();
    try {
      return await ensureCrypto(topology, dir).catch((error: unknown) => error);
    } finally {
      writeFileSync(path, bytes);
    }
  }

  it('is completed where a node is missing, and nothing else changes', async () => {
    const before = new Map(snapshot(dir));
    const lost = layout.business(a, 'rice');
    rmSync(lost, { recursive: true });
    await ensureCrypto(topology, dir);
    const after = snapshot(dir);
    expect(after.map(([path]) => path)).toEqual([...before.keys()]);
    const changed = after
      .filter(([path, bytes]) => before.get(path) !== bytes)
      .map(([path]) => join(dir, path));
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.filter((path) => !path.startsWith(lost))).toEqual([]);
  });

  it('gets the identities of a domain that is added to the topology', async () => {
    const before = snapshot(dir);
    const wider = parseTopology(SMALL.replace('[rice]', '[rice, mill]'));
    const widened = await ensureCrypto(wider, dir);
    const cert = onlyCertificate(join(widened.business(b, 'mill'), 'msp', 'signcerts'));
    expect(cert.checkIssued(certificate(join(widened.organisation(b), 'ca', 'ca.b.test-cert.pem')))).toBe(
      true,
    );
    expect(snapshot(dir)).toEqual(expect.arrayContaining(before));
  });

  it('is rid of what a killed process left, whole organisations and nodes alike', async () => {
    const left = [join(dir, 'peerOrganizations'), join(layout.organisation(a), 'users')].map((parent) =>
      join(parent, '.new-0'),
    );
    for (const path of left) mkdirSync(join(path, 'msp'), { recursive: true });
    await ensureCrypto(topology, dir);
    for (const path of left) expect(readdirSync(dirname(path))).not.toContain('.new-0');
  });

  it('is refused where a file of a node is missing, with what to do', async () => {
    const path = join(layout.peer(a), 'msp', 'keystore', 'priv_sk');
    const error = await withFile(path, () => rmSync(path));
    expect(error).toMatchObject({ code: 'CRYPTO_FOLDER', detail: { path } });
    expect(String(error)).toContain(`remove the folder ${layout.peer(a)}`);
  });

  it('is refused where a key is not that of its certificate', async () => {
    const path = join(layout.peer(a), 'tls', 'server.key');
    const error = await withFile(path, () =>
      writeFileSync(path, readFileSync(join(layout.peer(b), 'tls', 'server.key'))),
    );
    expect(error).toMatchObject({
      code: 'CRYPTO_FOLDER',
      detail: { path: join(layout.peer(a), 'tls', 'server.crt') },
    });
  });

  it('is refused where a certificate comes from another authority', async () => {
    const [from, to] = [layout.user(b, 'User1'), layout.user(a, 'User1')];
    const key = join(to, 'tls', 'client.key');
    const cert = join(to, 'tls', 'client.crt');
    const kept = readFileSync(cert);
    const error = await withFile(key, () => {
      writeFileSync(key, readFileSync(join(from, 'tls', 'client.key')));
      writeFileSync(cert, readFileSync(join(from, 'tls', 'client.crt')));
    });
    writeFileSync(cert, kept);
    expect(error).toMatchObject({ code: 'CRYPTO_FOLDER', detail: { path: cert } });
  });

  it('is refused where a certificate is damaged', async () => {
    const path = join(layout.organisation(a), 'ca', 'ca.a.test-cert.pem');
    const error = await withFile(path, () => writeFileSync(path, 'not a certificate'));
    expect(error).toMatchObject({ code: 'CRYPTO_FOLDER', detail: { path } });
    expect(String(error)).toContain('restore it from a copy');
  });

  it("does without an authority's key until something must be issued", async () => {
    const path = join(layout.organisation(a), 'ca', 'priv_sk');
    expect(await withFile(path, () => rmSync(path))).toMatchObject({ dir });
    const error = await withFile(path, () => {
      rmSync(path);
      rmSync(layout.master(a), { recursive: true });
    });
    expect(error).toMatchObject({ code: 'CRYPTO_FOLDER', detail: { path } });
    await ensureCrypto(topology, dir);
  });

  it('is what it was in the end', async () => {
    expect(await ensureCrypto(topology, dir)).toMatchObject({ dir });
  });
});

function tlsCertificate(nodeDir: string): X509Certificate {
  const name = readdirSync(join(nodeDir, 'tls')).find((file) => /^(client|server)\.crt$/.test(file)) ?? '';
  return certificate(join(nodeDir, 'tls', name));
}

function extension(cert: X509Certificate, oid: string): Buffer {
  const found = asn(cert).tbsCertificate.extensions?.find(({ extnID }) => extnID === oid);
  if (found === undefined) throw new Error(`no extension ${oid}`);
  return Buffer.from(found.extnValue.buffer);
}

function subjectKeyId(cert: X509Certificate): Buffer {
  return Buffer.from(
    AsnConvert.parse(extension(cert, x509.id_ce_subjectKeyIdentifier), x509.SubjectKeyIdentifier).buffer,
  );
}

function authorityKeyId(cert: X509Certificate): Buffer {
  const aki = AsnConvert.parse(
    extension(cert, x509.id_ce_authorityKeyIdentifier),
    x509.AuthorityKeyIdentifier,
  );
  return Buffer.from(aki.keyIdentifier?.buffer ?? new ArrayBuffer(0));
}
