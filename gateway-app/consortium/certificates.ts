import { X509Certificate } from 'node:crypto';
import { CotraceError } from '@cotrace/core';
import type { SourceFile } from './source.js';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What a certificate may be used for: RFC 5280, section 4.2.1.12. */
const USES = { '1.3.6.1.5.5.7.3.1': 'a server', '1.3.6.1.5.5.7.3.2': 'a client' } as const;
export type CertificateUse = keyof typeof USES;
export const SERVER: CertificateUse = '1.3.6.1.5.5.7.3.1';
export const CLIENT: CertificateUse = '1.3.6.1.5.5.7.3.2';

/** The certificates of a PEM file, at least one. Throws `CONFIG`. */
export function certificatesOf({ path, text }: SourceFile): X509Certificate[] {
  const texts = text.match(PEM) ?? [];
  if (texts.length === 0) throw new CotraceError('CONFIG', `${path} holds no PEM certificate`, { path });
  try {
    return texts.map((pem) => new X509Certificate(pem));
  } catch (cause) {
    throw new CotraceError('CONFIG', `${path} holds a certificate that cannot be read`, { path }, cause);
  }
}

/**
 * The certificate of a node, the first of the file, if one of `authorities` has issued it and it may be used as
 * `uses` say at the time `now` (milliseconds). Throws `CONFIG` with what is wrong: mutual TLS would fail without saying why.
 */
export function checkedCertificate(
  file: SourceFile,
  authorities: readonly X509Certificate[],
  uses: readonly CertificateUse[],
  now: number,
): X509Certificate {
  const { path } = file;
  const [certificate] = certificatesOf(file);
  if (certificate === undefined) throw new CotraceError('CONFIG', `${path} is empty`, { path });
  const issued = authorities.some(
    (authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
  );
  if (!issued) {
    throw new CotraceError(
      'CONFIG',
      `${path} is not issued by the TLS authority of its organisation; give the node's TLS certificate, not its signing certificate`,
      { path, issuer: certificate.issuer },
    );
  }
  if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo)) {
    throw new CotraceError(
      'CONFIG',
      `${path} is valid from ${certificate.validFrom} to ${certificate.validTo}`,
      { path },
    );
  }
  // Typed as always there, but a certificate without the extension has none: it may be used for everything.
  const { keyUsage: allowed } = certificate as { readonly keyUsage?: readonly string[] };
  const missing = uses.find((use) => allowed !== undefined && !allowed.includes(use));
  if (missing !== undefined) {
    throw new CotraceError(
      'CONFIG',
      `${path} may not be used as ${USES[missing]} (extended key usage); have it issued for server and client authentication`,
      { path, allowed },
    );
  }
  return certificate;
}
