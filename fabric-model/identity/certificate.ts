import { CotraceError, MalformedError, concat, equalBytes, fromUtf8, toHex } from '@cotrace/core';
import { curveOfOid, hashOfSignatureAlgorithm, isPoint, orderOf, verifyDigest } from './curves.js';
import type { CurveName } from './curves.js';
import { DerReader, TAG, derElement } from './der.js';
import { readExtensions } from './extensions.js';
import type { CertificateExtensions, Extension } from './extensions.js';
import { parseName } from './name.js';
import type { DistinguishedName } from './name.js';
import { oidText } from './oid.js';
import { decodePem } from './pem.js';
import { encodeSignature, parseSignature } from './signature.js';

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

/**
 * Parses a certificate, DER or PEM (bytes or text). Accepts the encodings that Go accepts where the holder of a
 * certificate can choose them (what stands around and after the signed part).
 *
 * Throws `BAD_DER`, `BAD_CERTIFICATE`, or `UNSUPPORTED_KEY` for keys other than EC on P-256, P-384 or P-521.
 * Source: RFC 5280, Go 1.26 crypto/x509 `parseCertificate`.
 */
export function parseCertificate(input: Uint8Array | string): Certificate {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const der = bytes[0] === TAG.sequence ? bytes : decodePem(bytes)?.bytes;
  if (der === undefined) throw new MalformedError('BAD_CERTIFICATE', 'neither DER nor PEM of a certificate');
  return parseDer(der);
}

function parseDer(der: Uint8Array): Certificate {
  const outside = new DerReader(der, 'certificate');
  const whole = outside.inside();
  outside.end();
  const tbsElement = whole.element(TAG.sequence);
  const outerAlgorithm = whole.element(TAG.sequence);
  const signature = whole.bitString();

  const tbs = new DerReader(tbsElement.content, 'certificate');
  const version = Number(tbs.next(0xa0) ? tbs.inside(0xa0).unsigned() : 0n) + 1;
  if (version > 3)
    throw new MalformedError('BAD_CERTIFICATE', 'a certificate version that does not exist', { version });
  const serial = tbs.unsigned().toString(16);
  const algorithm = tbs.element(TAG.sequence);
  if (!equalBytes(algorithm.content, outerAlgorithm.content)) {
    throw new MalformedError('BAD_CERTIFICATE', 'the certificate names two signature algorithms');
  }
  const issuer = parseName(tbs.element(TAG.sequence).raw);
  const validity = tbs.inside();
  const [notBefore, notAfter] = [parseTime(validity), parseTime(validity)];
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
    ...parseKey(keyInfo.content),
    publicKeyInfo: keyInfo.raw,
    signatureAlgorithm: oidText(
      new DerReader(algorithm.content, 'certificate').element(TAG.objectIdentifier).content,
    ),
    signature,
    ...readExtensions(version === 3 && tbs.next(0xa3) ? parseExtensions(tbs.inside(0xa3)) : []),
  };
}

/** Reads a SEQUENCE OF Extension. Throws `BAD_DER`. */
export function parseExtensions(reader: DerReader): Extension[] {
  const list = reader.inside();
  const extensions: Extension[] = [];
  while (!list.empty) {
    const extension = list.inside();
    const oid = oidText(extension.element(TAG.objectIdentifier).content);
    const critical = extension.next(TAG.boolean) && extension.boolean();
    extensions.push({ oid, critical, value: extension.element(TAG.octetString).content });
  }
  return extensions;
}

/** Whether `issuer`'s key made the signature of `certificate`, and may sign certificates at all. */
export function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (issuer.version === 3 ? !issuer.isCA : issuer.basicConstraints && !issuer.isCA) return false;
  if (issuer.keyUsage !== 0 && (issuer.keyUsage & KEY_CERT_SIGN) === 0) return false;
  return verifySignedPart(certificate.tbs, certificate.signatureAlgorithm, certificate.signature, issuer);
}

const KEY_CERT_SIGN = 32;

/** Whether `signature` (canonical DER, high or low s) over `message` was made with the key of `signer`. */
export function verifySignedPart(
  message: Uint8Array,
  algorithm: string,
  signature: Uint8Array,
  signer: Certificate,
): boolean {
  const hash = hashOfSignatureAlgorithm(algorithm);
  const numbers = parseSignature(signature);
  if (hash === undefined || numbers === undefined) return false;
  return verifyDigest(signer.curve, signer.publicKey, hash(message), numbers);
}

/**
 * The certificate with the low one of its two possible signatures by `issuer`: the form in which Fabric knows it, so that
 * its holder cannot appear as two identities by flipping s. Source: Fabric `msp/cert.go`.
 */
export function withLowS(certificate: Certificate, issuer: Certificate): Certificate {
  const numbers = parseSignature(certificate.signature);
  const order = orderOf(issuer.curve);
  if (numbers === undefined || numbers.s <= order >> 1n) return certificate;
  const algorithm = new DerReader(certificate.der, 'certificate').inside();
  const parts = [algorithm.element(TAG.sequence).raw, algorithm.element(TAG.sequence).raw];
  const signature = encodeSignature({ r: numbers.r, s: order - numbers.s });
  const bits = derElement(TAG.bitString, concat(Uint8Array.of(0), signature));
  return parseDer(derElement(TAG.sequence, concat(...parts, bits)));
}

function parseKey(content: Uint8Array): { curve: CurveName; publicKey: Uint8Array } {
  const info = new DerReader(content, 'public key of the certificate');
  const algorithm = info.inside();
  const type = oidText(algorithm.element(TAG.objectIdentifier).content);
  const curve =
    type === EC_PUBLIC_KEY && algorithm.next(TAG.objectIdentifier)
      ? curveOfOid(oidText(algorithm.element(TAG.objectIdentifier).content))
      : undefined;
  if (curve === undefined) {
    throw new CotraceError('UNSUPPORTED_KEY', 'the key of the certificate is not on P-256, P-384 or P-521', {
      type,
    });
  }
  const publicKey = info.bitString();
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

const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

/** The next Time (RFC 5280, 4.1.2.5): seconds always there, always UTC. */
function parseTime(reader: DerReader): Date {
  const short = reader.next(UTC_TIME);
  const text = fromUtf8(reader.element(short ? UTC_TIME : GENERALIZED_TIME).content);
  const year = short ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(year);
  const iso = parts === null ? '' : `${parts.slice(1, 4).join('-')}T${parts.slice(4).join(':')}Z`;
  const date = new Date(iso);
  if (parts === null || Number.isNaN(date.getTime())) {
    throw new MalformedError('BAD_CERTIFICATE', 'a time of the certificate cannot be read', {
      text: text.slice(0, 32),
    });
  }
  return date;
}
