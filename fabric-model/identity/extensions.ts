import { AsnConvert } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  ExtendedKeyUsage,
  KeyUsage,
  SubjectKeyIdentifier,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
} from '@peculiar/asn1-x509';
import { MalformedError } from '@cotrace/core';

/** An extension of a certificate or of a revocation list. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** What the extensions of a certificate say, as far as the validation of identities asks. */
export interface CertificateExtensions {
  /** Whether basic constraints are there; without them `isCA` is false. */
  readonly basicConstraints: boolean;
  readonly isCA: boolean;
  /** How many intermediate certificates may follow; undefined is without limit. */
  readonly maxPathLength: number | undefined;
  /** Bits of `KeyUsageFlags` of the X.509 library; 0 where the extension is missing. */
  readonly keyUsage: number;
  /** Object identifiers of purposes; empty where the extension is missing. */
  readonly extendedKeyUsage: readonly string[];
  readonly subjectKeyId: Uint8Array;
  readonly authorityKeyId: Uint8Array;
  readonly subjectAltName: Uint8Array | undefined;
  /** Extensions that this code cannot honour and that must not be ignored. */
  readonly unhandled: readonly string[];
}

/** Known ones that say nothing about the chain: CRL distribution points, certificate policies. */
const IGNORED = new Set(['2.5.29.31', '2.5.29.32']);

/**
 * Name constraints, policy mappings, policy constraints, inhibit anyPolicy: Go enforces them whether critical
 * or not. No Fabric CA issues them, so a certificate with one is refused rather than half understood.
 */
const RESTRICTING = new Set(['2.5.29.30', '2.5.29.33', '2.5.29.36', '2.5.29.54']);

const NONE = new Uint8Array();

/** Reads the extensions of a certificate. Throws `BAD_CERTIFICATE`. Source: Go 1.26 crypto/x509 `processExtensions`. */
export function readExtensions(extensions: readonly Extension[]): CertificateExtensions {
  const values = new Map(extensions.map(({ oid, value }) => [oid, value]));
  if (values.size !== extensions.length) {
    throw new MalformedError('BAD_CERTIFICATE', 'the certificate has an extension twice');
  }
  const read = <T>(oid: string, type: new () => T): T | undefined => {
    const value = values.get(oid);
    return value === undefined ? undefined : parse(value, type, oid);
  };
  const usages = read(id_ce_extKeyUsage, ExtendedKeyUsage);
  const basic = read(id_ce_basicConstraints, BasicConstraints);
  return {
    basicConstraints: basic !== undefined,
    isCA: basic?.cA ?? false,
    maxPathLength: basic?.pathLenConstraint,
    keyUsage: read(id_ce_keyUsage, KeyUsage)?.toNumber() ?? 0,
    extendedKeyUsage: usages === undefined ? [] : [...usages],
    subjectKeyId: bytesOf(read(id_ce_subjectKeyIdentifier, SubjectKeyIdentifier)),
    authorityKeyId: authorityKeyId(values.get(id_ce_authorityKeyIdentifier)),
    subjectAltName: values.get(id_ce_subjectAltName),
    unhandled: extensions.filter(isUnhandled).map(({ oid }) => oid),
  };
}

/** Key identifier of an authority key identifier extension; empty if there is none. Throws `BAD_CERTIFICATE`. */
export function authorityKeyId(value: Uint8Array | undefined): Uint8Array {
  if (value === undefined) return NONE;
  return bytesOf(parse(value, AuthorityKeyIdentifier, id_ce_authorityKeyIdentifier).keyIdentifier);
}

const HANDLED = new Set([
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
]);

function isUnhandled({ oid, critical }: Extension): boolean {
  return RESTRICTING.has(oid) || (critical && !HANDLED.has(oid) && !IGNORED.has(oid));
}

function parse<T>(value: Uint8Array, type: new () => T, oid: string): T {
  try {
    return AsnConvert.parse(value, type);
  } catch (cause) {
    throw new MalformedError(
      'BAD_CERTIFICATE',
      `extension ${oid} of the certificate cannot be read`,
      { oid },
      cause,
    );
  }
}

function bytesOf(value: { readonly buffer: ArrayBuffer } | undefined): Uint8Array {
  return value === undefined ? NONE : new Uint8Array(value.buffer);
}
