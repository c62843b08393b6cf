import { AsnConvert } from '@peculiar/asn1-schema';
import { CertificateList, id_ce_authorityKeyIdentifier } from '@peculiar/asn1-x509';
import { MalformedError, equalBytes, toHex } from '@cotrace/core';
import { verifySignedPart } from './certificate.js';
import type { Certificate } from './certificate.js';
import { DerReader, TAG } from './der.js';
import { authorityKeyId } from './extensions.js';
import { decodePem } from './pem.js';

/** A certificate revocation list. Times in it are not looked at: Fabric revokes from the moment the configuration is in force. */
export interface RevocationList {
  /** Key identifier of the authority that issued it. */
  readonly authorityKeyId: Uint8Array;
  /** Serial numbers, as in `Certificate.serial`. */
  readonly revoked: ReadonlySet<string>;
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
}

/** Parses a revocation list, DER or PEM. Throws `BAD_DER`, `BAD_CRL`. Source: RFC 5280, 5; Fabric `msp/mspimplsetup.go` `setupCRLs`. */
export function parseRevocationList(bytes: Uint8Array): RevocationList {
  const pem = bytes[0] === TAG.sequence ? undefined : decodePem(bytes);
  const der = pem?.label === 'X509 CRL' ? pem.bytes : bytes;
  const outside = new DerReader(der, 'revocation list');
  const tbs = outside.inside().element(TAG.sequence).raw;
  outside.end();
  let list: CertificateList;
  try {
    list = AsnConvert.parse(der, CertificateList);
  } catch (cause) {
    throw new MalformedError('BAD_CRL', 'a revocation list cannot be read', {}, cause);
  }
  const { revokedCertificates = [], crlExtensions = [] } = list.tbsCertList;
  const authority = crlExtensions.find(({ extnID }) => extnID === id_ce_authorityKeyIdentifier);
  if (authority === undefined) {
    throw new MalformedError(
      'BAD_CRL',
      'a revocation list without authority key identifier: Fabric accepts no identity beside it',
    );
  }
  return {
    authorityKeyId: authorityKeyId(new Uint8Array(authority.extnValue.buffer)),
    revoked: new Set(revokedCertificates.map(({ userCertificate }) => serialOf(userCertificate))),
    tbs,
    signatureAlgorithm: list.signatureAlgorithm.algorithm,
    signature: new Uint8Array(list.signature),
  };
}

/** Whether `list` revokes a certificate that `issuer` signed, and `issuer` really issued the list. */
export function revokes(list: RevocationList, issuer: Certificate, certificate: Certificate): boolean {
  return (
    list.revoked.has(certificate.serial) &&
    equalBytes(list.authorityKeyId, issuer.subjectKeyId) &&
    verifySignedPart(list.tbs, list.signatureAlgorithm, list.signature, issuer)
  );
}

function serialOf(bytes: ArrayBuffer): string {
  return BigInt(`0x${toHex(new Uint8Array(bytes))}`).toString(16);
}
