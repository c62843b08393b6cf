import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { isIP } from 'node:net';
import { type NodeRole, toLowS } from '@cotrace/fabric-model';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import * as x509 from '@peculiar/asn1-x509';

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
const ORGANISATION = '2.5.4.10';
const ORGANISATIONAL_UNIT = '2.5.4.11';
const MINUTE_MS = 60_000;
// As cryptogen: about ten years, from five minutes ago so that clocks may differ a little.
const VALIDITY_MS = 3650 * 24 * 60 * MINUTE_MS;
const BACKDATE_MS = 5 * MINUTE_MS;
// OIDs of a distinguished name's attributes.
type Attribute = readonly [oid: string, value: string];

/** A P-256 key and its certificate, PEM both. The key is PKCS#8. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly certificate: string;
}

/** A certificate authority: its key and certificate, ready to sign. */
export interface Authority {
  /** PEM, exactly as on disk. */
  readonly certificate: string;
  readonly key: KeyObject;
  /** What the certificates that it issues say of it. */
  readonly subject: x509.Name;
  readonly keyIdentifier: ArrayBuffer;
}

/** A new self-signed authority of an organisation, as cryptogen makes it (internal/cryptogen/ca/ca.go). */
export function createAuthority(organisation: string, commonName: string): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { KeyUsageFlags: usage } = x509;
  const name = distinguishedName([
    [ORGANISATION, organisation],
    [COMMON_NAME, commonName],
  ]);
  const ski = keyIdentifier(publicKey);
  const certificate = signCertificate(name, privateKey, name, publicKey, [
    keyUsage(usage.digitalSignature | usage.keyEncipherment | usage.keyCertSign | usage.cRLSign),
    extension(x509.id_ce_extKeyUsage, false, serverAndClient()),
    extension(x509.id_ce_basicConstraints, true, new x509.BasicConstraints({ cA: true })),
    extension(x509.id_ce_subjectKeyIdentifier, false, new x509.SubjectKeyIdentifier(ski)),
  ]);
  return { key: privatePem(privateKey), certificate };
}

/** An authority from its PEM texts. Throws node:crypto's error where one of them is none. */
export function openAuthority({ key: pem, certificate }: KeyAndCertificate): Authority {
  const key = createPrivateKey(pem);
  const { tbsCertificate } = AsnConvert.parse(new X509Certificate(certificate).raw, x509.Certificate);
  const { subject } = tbsCertificate;
  return { certificate, key, subject, keyIdentifier: keyIdentifier(createPublicKey(key)) };
}

/** A signing identity: key usage digitalSignature, its role as the only organizational unit. */
export function issueIdentity(authority: Authority, commonName: string, role: NodeRole): KeyAndCertificate {
  const subject: Attribute[] = [
    [ORGANISATIONAL_UNIT, role],
    [COMMON_NAME, commonName],
  ];
  return issue(authority, subject, [keyUsage(x509.KeyUsageFlags.digitalSignature)]);
}

/** A TLS certificate for server and client use. `hosts` are DNS names and IP addresses. */
export function issueTls(
  authority: Authority,
  commonName: string,
  hosts: readonly string[],
): KeyAndCertificate {
  const { KeyUsageFlags: usage } = x509;
  const names = hosts.map(
    (host) => new x509.GeneralName(isIP(host) ? { iPAddress: host } : { dNSName: host }),
  );
  return issue(
    authority,
    [[COMMON_NAME, commonName]],
    [
      keyUsage(usage.digitalSignature | usage.keyEncipherment),
      extension(x509.id_ce_extKeyUsage, false, serverAndClient()),
      extension(x509.id_ce_subjectAltName, false, new x509.SubjectAlternativeName(names)),
    ],
  );
}

function issue(
  authority: Authority,
  subject: readonly Attribute[],
  extensions: readonly x509.Extension[],
): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = signCertificate(
    authority.subject,
    authority.key,
    distinguishedName(subject),
    publicKey,
    [
      ...extensions,
      extension(x509.id_ce_basicConstraints, true, new x509.BasicConstraints()),
      extension(
        x509.id_ce_subjectKeyIdentifier,
        false,
        new x509.SubjectKeyIdentifier(keyIdentifier(publicKey)),
      ),
      extension(
        x509.id_ce_authorityKeyIdentifier,
        false,
        new x509.AuthorityKeyIdentifier({ keyIdentifier: new x509.KeyIdentifier(authority.keyIdentifier) }),
      ),
    ],
  );
  return { key: privatePem(privateKey), certificate };
}

function signCertificate(
  issuer: x509.Name,
  issuerKey: KeyObject,
  subject: x509.Name,
  publicKey: KeyObject,
  extensions: x509.Extension[],
): string {
  const algorithm = new x509.AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const notBefore = new Date(Math.round(Date.now() / MINUTE_MS) * MINUTE_MS - BACKDATE_MS);
  const tbs = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer,
    validity: new x509.Validity({ notBefore, notAfter: new Date(notBefore.getTime() + VALIDITY_MS) }),
    subject,
    subjectPublicKeyInfo: AsnConvert.parse(spki(publicKey), x509.SubjectPublicKeyInfo),
    extensions: new x509.Extensions(extensions),
  });
  // Fabric re-encodes a certificate whose signature is not low-S, and the identity's bytes with it
  // (msp/cert.go, sanitizeECDSASignedCert).
  const signature = toLowS(sign('sha256', new Uint8Array(AsnConvert.serialize(tbs)), issuerKey));
  const certificate = new x509.Certificate({
    tbsCertificate: tbs,
    signatureAlgorithm: algorithm,
    signatureValue: arrayBuffer(signature),
  });
  return new X509Certificate(new Uint8Array(AsnConvert.serialize(certificate))).toString();
}

function distinguishedName(attributes: readonly Attribute[]): x509.Name {
  return new x509.Name(
    attributes.map(([type, utf8String]) => {
      const value = new x509.AttributeValue({ utf8String });
      return new x509.RelativeDistinguishedName([new x509.AttributeTypeAndValue({ type, value })]);
    }),
  );
}

function extension(extnID: string, critical: boolean, value: object): x509.Extension {
  return new x509.Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function keyUsage(flags: number): x509.Extension {
  return extension(x509.id_ce_keyUsage, true, new x509.KeyUsage(flags));
}

function serverAndClient(): x509.ExtendedKeyUsage {
  return new x509.ExtendedKeyUsage([x509.id_kp_serverAuth, x509.id_kp_clientAuth]);
}

/** Positive and 128 bits long, so that it has one DER form. */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return arrayBuffer(bytes);
}

/** RFC 7093, section 2, method 4, over the uncompressed point, as cryptogen has it. */
function keyIdentifier(publicKey: KeyObject): ArrayBuffer {
  return arrayBuffer(createHash('sha256').update(spki(publicKey).subarray(-65)).digest());
}

function spki(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

function privatePem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
