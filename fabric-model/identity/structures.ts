import { MalformedError } from '@cotrace/core';
import { TAG } from './der.js';
import type { Extension } from './extensions.js';
import { StructReader } from './struct-reader.js';

/** An AlgorithmIdentifier as `encoding/asn1` reads it. */
export interface Algorithm {
  readonly oid: string;
  /** Whether nothing stands after its parameters. */
  readonly isExact: boolean;
}

/** Reads the next field, an AlgorithmIdentifier. Throws `BAD_DER`. */
export function readAlgorithm(reader: StructReader): Algorithm {
  const algorithm = reader.inside();
  const oid = algorithm.oid();
  if (!algorithm.empty) algorithm.any();
  return { oid, isExact: algorithm.empty };
}

/** Reads the contents of a SEQUENCE OF Extension. Throws `BAD_DER`. */
export function readExtensionList(content: Uint8Array, what: string): Extension[] {
  const list = new StructReader(content, what);
  const extensions: Extension[] = [];
  while (!list.empty) {
    const extension = list.inside();
    const oid = extension.oid();
    const critical = extension.optionalBoolean();
    extensions.push({ oid, critical, value: extension.field(TAG.octetString) });
  }
  return extensions;
}

/** Checks the next field, a name. Throws `BAD_DER`, `BAD_CERTIFICATE`, `BAD_UTF8`. */
export function checkName(reader: StructReader): void {
  const name = reader.inside();
  while (!name.empty) {
    for (const attribute of name.each(TAG.set)) {
      attribute.oid();
      attribute.anyValue();
    }
  }
}

/**
 * Checks that Fabric can write a certificate anew, which it does where the signature has a high s. What crypto/x509 does not
 * look at may keep it from that. Throws `BAD_DER`, `BAD_CERTIFICATE`. Source: Fabric `msp/cert.go` `sanitizeECDSASignedCert`.
 */
export function checkRewritable(der: Uint8Array): void {
  const what = 'certificate to rewrite';
  const certificate = new StructReader(der, what).inside();
  const tbs = certificate.inside();
  const version = tbs.optionalExplicit(0, TAG.integer);
  if (version !== null) tbs.checkInt64(version);
  tbs.integer();
  readAlgorithm(tbs);
  tbs.any();
  const validity = tbs.inside();
  validity.time();
  validity.time();
  tbs.any();
  const key = tbs.inside();
  readAlgorithm(key);
  key.bits();
  for (const uniqueId of [0x81, 0x82]) tbs.optionalBits(uniqueId);
  const extensions = tbs.optionalExplicit(3, TAG.sequence);
  if (extensions !== null) readExtensionList(extensions, what);
  if (!readAlgorithm(certificate).isExact) {
    throw new MalformedError(
      'BAD_CERTIFICATE',
      'a certificate with octets after its signature algorithm cannot be rewritten',
    );
  }
}
