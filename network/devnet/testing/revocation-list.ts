import 'reflect-metadata';
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { utf8 } from '@cotrace/core';

const DAY_MS = 86_400_000;

/** A revocation list, PEM, of the authority in an organisation's folder over one certificate. */
export async function revocationList(organisationDir: string, certificate: string): Promise<Uint8Array> {
  const folder = join(organisationDir, 'ca');
  const file = (end: string): string =>
    readFileSync(join(folder, readdirSync(folder).find((name) => name.endsWith(end)) ?? ''), 'utf8');
  const authority = new x509.X509Certificate(file('.pem'));
  // Fabric finds the authority by it.
  const { keyId = '' } = authority.getExtension(x509.SubjectKeyIdentifierExtension) ?? {};
  const key = createPrivateKey(file('_sk')).export({ type: 'pkcs8', format: 'der' });
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const list = await x509.X509CrlGenerator.create({
    issuer: authority.subject,
    thisUpdate: new Date(),
    nextUpdate: new Date(Date.now() + DAY_MS),
    entries: [{ serialNumber: new X509Certificate(certificate).serialNumber, revocationDate: new Date() }],
    extensions: [new x509.AuthorityKeyIdentifierExtension(keyId)],
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    signingKey: await webcrypto.subtle.importKey('pkcs8', key, algorithm, false, ['sign']),
  });
  return utf8(x509.PemConverter.encode(list.rawData, 'X509 CRL'));
}
