import { MalformedError, concat, equalBytes, utf8 } from '@cotrace/core';
import { verifySignedPart, type Certificate } from './certificate.js';
import { hashOfEcdsaAlgorithm } from './curves.js';
import { TAG, derElement, hexOfUnsigned, rightAligned } from './der.js';
import type { EcdsaVerifier } from './ecdsa.js';
import { decodePem } from './pem.js';
import { StructReader } from './struct-reader.js';
import { checkName, readAlgorithm, readExtensionList } from './structures.js';

const AUTHORITY_KEY_ID = '2.5.29.35';
const LABEL = 'X509 CRL';
const PEM_PREFIX = utf8(`-----BEGIN ${LABEL}`);
const WHAT = 'revocation list';

/** A certificate revocation list. Times in it are not looked at: Fabric revokes from the moment the configuration is in force. */
export interface RevocationList {
  /** Key identifier of the authority that issued it, null where it cannot be read: no identity is valid beside such a list. */
  readonly authorityKeyId: Uint8Array | null;
  /** Serial numbers, as in `Certificate.serial`. */
  readonly revoked: ReadonlySet<string>;
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
}

/**
 * Parses a revocation list, DER or PEM, as `encoding/asn1` does, which Fabric uses here. Throws `BAD_DER`, `BAD_CERTIFICATE`, `BAD_UTF8`.
 * Source: Go 1.26 crypto/x509 `ParseCRL`; Fabric `msp/mspimplsetup.go` `setupCRLs`.
 */
export function parseRevocationList(bytes: Uint8Array): RevocationList {
  const outside = new StructReader(derOf(bytes), WHAT);
  const list = outside.inside();
  if (!outside.empty) throw new MalformedError('BAD_DER', 'octets after the end of a revocation list');
  const content = list.field(TAG.sequence);
  const signatureAlgorithm = readAlgorithm(list).oid;
  const signature = rightAligned(list.bits());
  return {
    ...readList(new StructReader(content, WHAT)),
    tbs: derElement(TAG.sequence, content),
    signatureAlgorithm,
    signature: hashOfEcdsaAlgorithm(signatureAlgorithm) === null ? signature : canonical(signature),
  };
}

/** Whether `list` revokes a certificate that `issuer` signed, and `issuer` really issued the list. */
export function revokes(
  list: RevocationList,
  issuer: Certificate,
  certificate: Certificate,
  ecdsa: EcdsaVerifier,
): boolean {
  const { tbs: message, signature, signatureAlgorithm } = list;
  return (
    list.revoked.has(certificate.serial) &&
    list.authorityKeyId !== null &&
    issuer.subjectKeyId !== null &&
    equalBytes(list.authorityKeyId, issuer.subjectKeyId) &&
    verifySignedPart({ message, hash: hashOfEcdsaAlgorithm(signatureAlgorithm), signature }, issuer, ecdsa)
  );
}

function derOf(bytes: Uint8Array): Uint8Array {
  if (!equalBytes(bytes.subarray(0, PEM_PREFIX.length), PEM_PREFIX)) return bytes;
  const block = decodePem(bytes);
  return block?.label === LABEL ? block.bytes : bytes;
}

function readList(list: StructReader): Pick<RevocationList, 'authorityKeyId' | 'revoked'> {
  list.optionalInt64();
  readAlgorithm(list);
  checkName(list);
  list.time();
  list.optionalTime();
  const entries = list.optional(TAG.sequence) ?? new Uint8Array();
  const extensions = list.optionalExplicit(0, TAG.sequence) ?? new Uint8Array();
  const authority = readExtensionList(extensions, WHAT).find(({ oid }) => oid === AUTHORITY_KEY_ID);
  return {
    revoked: readSerials(new StructReader(entries, WHAT)),
    authorityKeyId: (authority && readKeyId(authority.value)) ?? null,
  };
}

function readSerials(entries: StructReader): Set<string> {
  const serials = new Set<string>();
  while (!entries.empty) {
    const entry = entries.inside();
    const serial = entry.integer();
    entry.time();
    readExtensionList(entry.optional(TAG.sequence) ?? new Uint8Array(), WHAT);
    // No certificate has a negative one.
    if ((serial[0] ?? 0) < 0x80) serials.add(hexOfUnsigned(serial));
  }
  return serials;
}

/** Source: Fabric `msp/mspimplvalidate.go` `getAuthorityKeyIdentifierFromCrl`. */
function readKeyId(value: Uint8Array): Uint8Array | null {
  try {
    const identifier = new StructReader(value, WHAT).inside();
    const keyId = identifier.optional(0x80) ?? new Uint8Array();
    identifier.optional(0x81);
    // Fabric has no use for a constructed serial number: its type for it cannot be read.
    return identifier.optional(0xa2) === null ? keyId : null;
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}

/** An ECDSA signature without what stands after its numbers, which Fabric drops. Throws `BAD_DER`, also where one is not positive. */
function canonical(signature: Uint8Array): Uint8Array {
  const numbers = new StructReader(signature, 'signature of a revocation list').inside();
  const [r, s] = [numbers.integer(), numbers.integer()];
  for (const [first = 0, second] of [r, s]) {
    if (first >= 0x80 || (first === 0 && second === undefined))
      throw new MalformedError('BAD_DER', 'a signature of a revocation list whose numbers are not positive');
  }
  return derElement(TAG.sequence, concat(derElement(TAG.integer, r), derElement(TAG.integer, s)));
}
