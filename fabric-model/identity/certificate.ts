import { CotraceError, MalformedError, concat, equalBytes, toHex } from '@cotrace/core';
import {
  curveOfOid,
  hashOfSignatureAlgorithm,
  isPoint,
  orderOf,
  type CurveName,
  type HashName,
} from './curves.js';
import { DerReader, TAG, derElement, hexOfUnsigned, type DerElement } from './der.js';
import type { EcdsaVerifier } from './ecdsa.js';
import { parseExtensions, readExtensions, type CertificateExtensions } from './extensions.js';
import { parseName, type DistinguishedName } from './name.js';
import { oidText } from './oid.js';
import { decodePem } from './pem.js';
import { encodeSignature, isMadeBy, parseSignature } from './signature.js';
import { checkRewritable } from './structures.js';
import { readTime } from './time.js';

/** Length of a text in evidence. */
const MAX_EVIDENCE = 100;
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';

/** An X.509 certificate with a key on a curve of Fabric. Byte fields are views of `der`. */
export interface Certificate extends CertificateExtensions {
  readonly der: Uint8Array;
  /** The signed part. */
  readonly tbs: Uint8Array;
  readonly version: number;
  /** Serial number, lower-case hex without leading zeros. */
  readonly serial: string;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly curve: CurveName;
  /** Uncompressed point; 65 bytes on P-256. */
  readonly publicKey: Uint8Array;
  /** DER of the subject public key info. */
  readonly publicKeyInfo: Uint8Array;
  /** Object identifier of the algorithm that the issuer signed with. */
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
}

/** Parses a certificate, DER or PEM (bytes or text), as `parseDerCertificate`. */
export function parseCertificate(input: Uint8Array | string): Certificate {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const der = bytes[0] === TAG.sequence ? bytes : decodePem(bytes)?.bytes;
  if (der === undefined) throw new MalformedError('BAD_CERTIFICATE', 'neither DER nor PEM of a certificate');
  return parseDerCertificate(der);
}

/**
 * Parses the DER of a certificate. Accepts exactly what Go accepts, odd forms included, because Fabric does; the cost is linear in the size.
 *
 * Throws `BAD_DER`, `BAD_CERTIFICATE`, `BAD_UTF8`, or `UNSUPPORTED_KEY` for keys other than EC on P-256, P-384 or P-521.
 * Source: Go 1.26 crypto/x509 `parseCertificate`.
 */
export function parseDerCertificate(der: Uint8Array): Certificate {
  const outside = new DerReader(der, 'certificate');
  const whole = outside.inside();
  outside.end();
  const tbsElement = whole.element(TAG.sequence);
  const outerAlgorithm = whole.element(TAG.sequence);
  const signature = whole.bitString();

  const tbs = tbsElement.reader('certificate');
  const version = readVersion(tbs);
  const serial = hexOfUnsigned(tbs.unsigned());
  const algorithm = tbs.element(TAG.sequence);
  if (!equalBytes(algorithm.content, outerAlgorithm.content)) {
    throw new MalformedError('BAD_CERTIFICATE', 'the certificate names two signature algorithms');
  }
  const issuer = parseName(tbs.element(TAG.sequence).raw);
  const validity = tbs.inside();
  const [notBefore, notAfter] = [readTime(validity), readTime(validity)];
  const subject = parseName(tbs.element(TAG.sequence).raw);
  const keyInfo = tbs.element(TAG.sequence);
  if (version > 1) {
    tbs.optional(0x81);
    tbs.optional(0x82);
  }
  return {
    der,
    tbs: tbsElement.raw,
    version,
    serial,
    issuer,
    subject,
    notBefore,
    notAfter,
    ...parseKey(keyInfo.reader('public key of the certificate')),
    publicKeyInfo: keyInfo.raw,
    signatureAlgorithm: readAlgorithm(algorithm.reader('certificate')).oid,
    signature,
    ...readExtensions(version === 3 && tbs.next(0xa3) ? parseExtensions(tbs.inside(0xa3)) : []),
  };
}

/** Versions count from one, in the certificate from zero. */
function readVersion(tbs: DerReader): number {
  if (!tbs.next(0xa0)) return 1;
  const inside = tbs.inside(0xa0);
  const version = inside.count() + 1;
  inside.end();
  if (version > 3)
    throw new MalformedError('BAD_CERTIFICATE', 'a certificate version that does not exist', { version });
  return version;
}

/** Object identifier of an algorithm, and its parameters as they are; what stands after them is ignored. */
function readAlgorithm(algorithm: DerReader): { oid: string; parameters: DerElement | null } {
  const oid = oidText(algorithm.element(TAG.objectIdentifier).content);
  return { oid, parameters: algorithm.empty ? null : algorithm.any() };
}

/** Evidence for errors: whose certificate it is. Of each text, which others chose, at most a hundred characters. */
export function describeCertificate({ subject, issuer, serial }: Certificate): {
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
} {
  return {
    subject: subject.commonName.slice(0, MAX_EVIDENCE),
    issuer: issuer.commonName.slice(0, MAX_EVIDENCE),
    serial: serial.slice(0, MAX_EVIDENCE),
  };
}

/** Whether `issuer`'s key made the signature of `certificate`, and may sign certificates at all. */
export function isSignedBy(certificate: Certificate, issuer: Certificate, ecdsa: EcdsaVerifier): boolean {
  if (issuer.version === 3 ? !issuer.isCA : issuer.basicConstraints && !issuer.isCA) return false;
  if (issuer.keyUsage !== 0 && (issuer.keyUsage & KEY_CERT_SIGN) === 0) return false;
  const hash = hashOfSignatureAlgorithm(certificate.signatureAlgorithm);
  return verifySignedPart(
    { message: certificate.tbs, hash, signature: certificate.signature },
    issuer,
    ecdsa,
  );
}

const KEY_CERT_SIGN = 32;

/**
 * Whether `signature` (canonical DER, high or low s) over `message` was made with the key of `signer`; false without a
 * hash function.
 */
export function verifySignedPart(
  {
    message,
    hash,
    signature,
  }: {
    readonly message: Uint8Array;
    readonly hash: HashName | null;
    readonly signature: Uint8Array;
  },
  signer: Certificate,
  ecdsa: EcdsaVerifier,
): boolean {
  const numbers = parseSignature(signature);
  if (hash === null || numbers === null) return false;
  return isMadeBy(signer, { message, hash, numbers }, ecdsa);
}

/**
 * The certificate with the low one of its two possible signatures by `issuer`: the form in which Fabric knows it, so that
 * its holder cannot appear as two identities by flipping s. Throws `BAD_DER`, `BAD_CERTIFICATE` where Fabric fails to write it.
 * Source: Fabric `msp/cert.go`.
 */
export function withLowS(certificate: Certificate, issuer: Certificate): Certificate {
  const numbers = parseSignature(certificate.signature);
  const order = orderOf(issuer.curve);
  if (numbers === null || numbers.s <= order >> 1n) return certificate;
  checkRewritable(certificate.der);
  const algorithm = new DerReader(certificate.der, 'certificate').inside();
  const parts = [algorithm.element(TAG.sequence).raw, algorithm.element(TAG.sequence).raw];
  const signature = encodeSignature({ r: numbers.r, s: order - numbers.s });
  const bits = derElement(TAG.bitString, concat(Uint8Array.of(0), signature));
  return parseDerCertificate(derElement(TAG.sequence, concat(...parts, bits)));
}

function parseKey(info: DerReader): { curve: CurveName; publicKey: Uint8Array } {
  const { oid, parameters } = readAlgorithm(info.inside());
  const publicKey = info.bitString();
  const isNamed = oid === EC_PUBLIC_KEY && parameters?.tag === TAG.objectIdentifier;
  const curve = isNamed ? curveOfOid(oidText(parameters.content)) : null;
  if (curve === null) {
    throw new CotraceError('UNSUPPORTED_KEY', 'the key of the certificate is not on P-256, P-384 or P-521', {
      type: oid.slice(0, 64),
    });
  }
  if (!isPoint(curve, publicKey)) {
    throw new MalformedError(
      'BAD_CERTIFICATE',
      'the public key of the certificate is not a point of its curve',
      {
        publicKey: toHex(publicKey.subarray(0, 133)),
      },
    );
  }
  return { curve, publicKey };
}
