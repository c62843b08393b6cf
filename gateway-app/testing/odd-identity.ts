import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { utf8 } from '@cotrace/core';
import { common, toLowS } from '@cotrace/fabric-model';
import type { SigningIdentity } from '@cotrace/network';
import * as x509 from '@peculiar/x509';
import type { TestNetwork } from './test-network.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * A peer of an organisation that its own authority certified, but on curve P-384: Fabric takes it, attestations do not.
 */
export async function peerOnP384(network: TestNetwork, index: number): Promise<SigningIdentity> {
  const { mspId, domain } = network.organisation(index);
  const folder = join(network.layout.organisation(network.organisation(index)), 'ca');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const issuer = new x509.X509Certificate(readFileSync(join(folder, `ca.${domain}-cert.pem`), 'utf8'));
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: '0384',
      subject: `CN=odd.${domain}, OU=peer`,
      issuer: issuer.subjectName,
      // Not before the authority: chains are checked at this time.
      notBefore: new Date(),
      notAfter: new Date(Date.now() + DAY_MS),
      publicKey: keys.publicKey,
      signingKey: await authorityKey(join(folder, 'priv_sk')),
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.AuthorityKeyIdentifierExtension(
          issuer.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId ?? '',
        ),
      ],
    },
    webcrypto,
  );
  const pem = certificate.toString('pem');
  const identity = create(common.SerializedIdentitySchema, { mspid: mspId, idBytes: utf8(pem) });
  return {
    mspId,
    certificate: pem,
    serialized: toBinary(common.SerializedIdentitySchema, identity),
    sign: () => toLowS(Uint8Array.of(0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01)),
  };
}

async function authorityKey(path: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(readFileSync(path)).export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
}
