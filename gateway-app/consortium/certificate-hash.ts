import { createHash, X509Certificate } from 'node:crypto';

/** What a consortium file calls a TLS certificate: SHA-256 of its DER bytes, 64 lower-case hexadecimal digits. */
export function certificateHash(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

/** The same, of the first certificate in PEM bytes. Throws Node's error where there is none. */
export function pemCertificateHash(pem: string | Buffer): string {
  return certificateHash(new X509Certificate(pem).raw);
}
