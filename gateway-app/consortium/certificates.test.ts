import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as x509 from '@peculiar/x509';
import { certificatesOf, checkedCertificate, CLIENT, SERVER, type CertificateUse } from './certificates.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };
const NOW = Date.parse('2026-06-01T00:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1000;

interface Keys {
  readonly publicKey: webcrypto.CryptoKey;
  readonly privateKey: webcrypto.CryptoKey;
}

const newKeys = (): Promise<Keys> => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

let authority: Keys;
let impostor: Keys;

beforeAll(async () => {
  [authority, impostor] = await Promise.all([newKeys(), newKeys()]);
});

/** A certificate in PEM that the authority named `issuer` signs with `keys`. */
async function issue(
  issuer: string,
  { privateKey }: Keys,
  extensions: x509.Extension[] = [],
  publicKey?: webcrypto.CryptoKey,
): Promise<string> {
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '01',
    subject: publicKey === undefined ? 'CN=node' : `CN=${issuer}`,
    issuer: `CN=${issuer}`,
    notBefore: new Date(NOW - DAY_MS),
    notAfter: new Date(NOW + DAY_MS),
    publicKey: publicKey ?? (await newKeys()).publicKey,
    signingKey: privateKey,
    signingAlgorithm: SIGNING,
    extensions,
  });
  return certificate.toString('pem');
}

const file = (text: string) => ({ path: 'node.pem', text });
const root = async () => certificatesOf(file(await issue('tls', authority, [], authority.publicKey)));
const usage = (...uses: string[]) => [new x509.ExtendedKeyUsageExtension(uses)];

describe('the certificates of a file', () => {
  it('are all that are in it, in their order', async () => {
    const texts = [await issue('tls', authority), await issue('tls', authority)];
    const found = certificatesOf(file(`before\n${texts.join('\nbetween\n')}\nafter`));
    expect(found.map((certificate) => certificate.toString().trim())).toEqual(
      texts.map((text) => text.trim()),
    );
  });

  it.each([
    ['', 'holds no PEM certificate'],
    ['-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', 'holds no PEM certificate'],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'certificate that cannot be read'],
  ])('are none in %j', (text, message) => {
    expect(() => certificatesOf(file(text))).toThrow(message);
  });
});

describe("a node's certificate", () => {
  const check = async (pem: string, uses: readonly CertificateUse[] = [SERVER, CLIENT], now = NOW) =>
    checkedCertificate(file(pem), await root(), uses, now);

  it('is the first of the file, issued by an authority of its organisation', async () => {
    const pem = await issue('tls', authority);
    expect((await check(`${pem}\n${await issue('tls', impostor)}`)).toString().trim()).toBe(pem.trim());
  });

  it('is none that bears the name of the authority and another signature', async () => {
    await expect(check(await issue('tls', impostor))).rejects.toThrow('is not issued by the TLS authority');
  });

  it('is none of another authority', async () => {
    await expect(check(await issue('other', authority))).rejects.toThrow(
      'is not issued by the TLS authority',
    );
  });

  it('counts within its time alone', async () => {
    const pem = await issue('tls', authority);
    await expect(check(pem, [CLIENT], NOW - 2 * DAY_MS)).rejects.toThrow('is valid from');
    await expect(check(pem, [CLIENT], NOW + 2 * DAY_MS)).rejects.toThrow('is valid from');
  });

  it('may be used as it says, or for everything where it says nothing', async () => {
    const server = await issue('tls', authority, usage(x509.ExtendedKeyUsage.serverAuth));
    const client = await issue('tls', authority, usage(x509.ExtendedKeyUsage.clientAuth));
    await expect(check(server)).rejects.toThrow('may not be used as a client');
    await expect(check(client)).rejects.toThrow('may not be used as a server');
    await expect(check(client, [CLIENT])).resolves.toBeDefined();
    await expect(check(await issue('tls', authority))).resolves.toBeDefined();
  });
});
