import { MalformedError } from '@cotrace/core';
import { checkAuthorityInfo, checkDistributionPoints, checkPolicies } from './extension-forms.js';
import { namesAnybody } from './alternative-names.js';
import { DerReader, TAG } from './der.js';
import { oidText } from './oid.js';

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
  /** How many intermediate certificates may follow; null is without limit. */
  readonly maxPathLength: number | null;
  /** Bit i is the i-th of RFC 5280, 4.2.1.3: 1 is digitalSignature, 32 keyCertSign; 0 where the extension is missing. */
  readonly keyUsage: number;
  /** Object identifiers of purposes; empty where the extension is missing. */
  readonly extendedKeyUsage: readonly string[];
  /** Null where the extension is missing; it may be empty. */
  readonly subjectKeyId: Uint8Array | null;
  /** Empty where the extension is missing or names no key. */
  readonly authorityKeyId: Uint8Array;
  readonly subjectAltName: Uint8Array | null;
  /** Extensions that this code cannot honour and that must not be ignored. */
  readonly unhandled: readonly string[];
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

const KEY_USAGES = 9;
const KEY_ID = 0x80;

/** Reads a SEQUENCE OF Extension. Throws `BAD_DER`, and `BAD_CERTIFICATE` where one occurs twice. */
export function parseExtensions(reader: DerReader): Extension[] {
  const list = reader.inside();
  const extensions: Extension[] = [];
  const seen = new Set<string>();
  while (!list.empty) {
    const extension = list.inside();
    const oid = oidText(extension.element(TAG.objectIdentifier).content);
    if (seen.has(oid)) throw bad('the certificate has an extension twice');
    seen.add(oid);
    const critical = extension.next(TAG.boolean) && extension.boolean();
    extensions.push({ oid, critical, value: extension.element(TAG.octetString).content });
  }
  return extensions;
}

/**
 * Reads the extensions of a certificate. What stands after the value that an extension's type begins with is ignored.
 * Throws `BAD_DER`, `BAD_CERTIFICATE`. Source: Go 1.26 crypto/x509 `processExtensions`.
 */
export function readExtensions(extensions: readonly Extension[]): CertificateExtensions {
  const unhandled: string[] = [];
  const read: Writable<CertificateExtensions> = {
    basicConstraints: false,
    isCA: false,
    maxPathLength: null,
    keyUsage: 0,
    extendedKeyUsage: [],
    subjectKeyId: null,
    authorityKeyId: new Uint8Array(),
    subjectAltName: null,
    unhandled,
  };
  for (const extension of extensions) if (!readInto(read, extension)) unhandled.push(extension.oid);
  return read;
}

/** Reads one extension; whether a chain may hold a certificate with it. */
function readInto(read: Writable<CertificateExtensions>, { oid, critical, value }: Extension): boolean {
  const reader = new DerReader(value, `extension ${oid.slice(0, 32)} of the certificate`);
  switch (oid) {
    case '2.5.29.14':
      if (critical) throw bad('the subject key identifier is marked critical');
      read.subjectKeyId = reader.element(TAG.octetString).content;
      return true;
    case '2.5.29.15':
      read.keyUsage = usagesOf(reader.bits());
      return true;
    case '2.5.29.17':
      read.subjectAltName = value;
      return namesAnybody(reader) || !critical;
    case '2.5.29.19': {
      const constraints = reader.inside();
      read.basicConstraints = true;
      read.isCA = constraints.next(TAG.boolean) && constraints.boolean();
      read.maxPathLength = constraints.next(TAG.integer) ? constraints.count() : null;
      return true;
    }
    case '2.5.29.31':
      checkDistributionPoints(reader);
      return true;
    case '2.5.29.32':
      checkPolicies(reader);
      return true;
    case '2.5.29.35':
      if (critical) throw bad('the authority key identifier is marked critical');
      read.authorityKeyId = reader.inside().optional(KEY_ID)?.content ?? read.authorityKeyId;
      return true;
    case '2.5.29.37':
      read.extendedKeyUsage = purposesOf(reader.inside());
      return true;
    case '1.3.6.1.5.5.7.1.1':
      if (critical) throw bad('the authority information is marked critical');
      checkAuthorityInfo(reader);
      return true;
    // Name constraints, policy mappings, policy constraints, inhibit anyPolicy: Go enforces them whether critical or
    // not. No Fabric CA issues them, so a certificate with one is in no chain rather than being half understood.
    case '2.5.29.30':
    case '2.5.29.33':
    case '2.5.29.36':
    case '2.5.29.54':
      return false;
    default:
      return !critical;
  }
}

function usagesOf(octets: Uint8Array): number {
  let usages = 0;
  for (let i = 0; i < KEY_USAGES; i++) {
    if (((octets[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0) usages |= 1 << i;
  }
  return usages;
}

function purposesOf(list: DerReader): string[] {
  const purposes: string[] = [];
  while (!list.empty) purposes.push(oidText(list.element(TAG.objectIdentifier).content));
  return purposes;
}

function bad(reason: string): MalformedError {
  return new MalformedError('BAD_CERTIFICATE', reason);
}
