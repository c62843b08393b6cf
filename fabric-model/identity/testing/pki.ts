import 'reflect-metadata';
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import * as x509 from '@peculiar/x509';
import { utf8 } from '@cotrace/core';
import {
  FabricMSPConfigSchema,
  type FabricNodeOUsSchema,
  SerializedIdentitySchema,
} from '../../gen/fabric/common_pb.js';
import { bigintOf } from '../der.js';
import { encodeSignature, toLowS } from '../signature.js';

export { x509 };

const DAY = 86_400_000;

/** An ECDSA key pair. */
export type KeyPair = Extract<
  Awaited<ReturnType<typeof crypto.subtle.generateKey>>,
  { readonly privateKey: unknown }
>;

/** A certificate made for a test, with its keys. */
export interface Issued {
  readonly pem: Uint8Array;
  readonly der: Uint8Array;
  readonly keys: KeyPair;
  readonly subject: string;
  readonly serial: string;
}

/** What to issue; a self-signed authority where there is no issuer. */
export interface Request {
  readonly subject: string;
  readonly issuer?: Issued;
  readonly ca?: boolean;
  readonly keys?: KeyPair;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly pathLength?: number;
  readonly extensions?: x509.Extension[];
  readonly curve?: 'P-256' | 'P-384' | 'P-521';
  readonly keyUsage?: x509.KeyUsageFlags;
  readonly serial?: string;
  /** Subject key identifier, in hexadecimal; null for none; made of the key where it is not given. */
  readonly keyId?: string | null;
}

let serials = 0x5000;

/** A key pair for ECDSA. */
export function newKeys(curve: 'P-256' | 'P-384' | 'P-521' = 'P-256'): Promise<KeyPair> {
  return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: curve }, true, ['sign', 'verify']);
}

/** Issues a certificate, signed with either s as chance has it. */
export async function issue(request: Request): Promise<Issued> {
  const keys = request.keys ?? (await newKeys(request.curve));
  const ca = request.ca ?? request.issuer === undefined;
  const signer = request.issuer?.keys ?? keys;
  const serial = request.serial ?? (++serials).toString(16);
  const usage = ca ? x509.KeyUsageFlags.keyCertSign : x509.KeyUsageFlags.digitalSignature;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: request.subject,
    issuer: request.issuer?.subject ?? request.subject,
    serialNumber: serial,
    notBefore: request.notBefore ?? new Date(Date.UTC(2024, 0, 1)),
    notAfter: request.notAfter ?? new Date(Date.UTC(2044, 0, 1)),
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [
      new x509.BasicConstraintsExtension(ca, request.pathLength, true),
      new x509.KeyUsagesExtension(request.keyUsage ?? usage, true),
      ...(request.keyId === null ? [] : [await subjectKeyId(request.keyId ?? null, keys)]),
      await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey),
      ...(request.extensions ?? []),
    ],
  });
  const pem = utf8(`${certificate.toString('pem')}\n`);
  return { pem, der: new Uint8Array(certificate.rawData), keys, subject: request.subject, serial };
}

function subjectKeyId(keyId: string | null, keys: KeyPair): Promise<x509.Extension> | x509.Extension {
  return keyId === null
    ? x509.SubjectKeyIdentifierExtension.create(keys.publicKey)
    : new x509.SubjectKeyIdentifierExtension(keyId);
}

/** A revocation list of an authority over serial numbers, DER. */
export async function revoke(
  issuer: Issued,
  serials: readonly string[],
  signer: Issued = issuer,
): Promise<Uint8Array> {
  const list = await x509.X509CrlGenerator.create({
    issuer: issuer.subject,
    thisUpdate: new Date(),
    nextUpdate: new Date(Date.now() + DAY),
    entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: new Date() })),
    extensions: [await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey)],
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    signingKey: signer.keys.privateKey,
  });
  return new Uint8Array(list.rawData);
}

/** Signs as Fabric's clients do: SHA-256, DER, low s. */
export async function sign(keys: KeyPair, message: Uint8Array): Promise<Uint8Array> {
  const bytes = new Uint8Array(
    await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, message.slice()),
  );
  const half = bytes.length / 2;
  const der = encodeSignature({ r: bigintOf(bytes.subarray(0, half)), s: bigintOf(bytes.subarray(half)) });
  return toLowS(der, half === 32 ? 'P-256' : half === 48 ? 'P-384' : 'P-521');
}

/** NodeOUs named after their roles, as cryptogen writes them. */
export const NODE_OUS = {
  enable: true,
  clientOuIdentifier: { organizationalUnitIdentifier: 'client' },
  peerOuIdentifier: { organizationalUnitIdentifier: 'peer' },
  adminOuIdentifier: { organizationalUnitIdentifier: 'admin' },
  ordererOuIdentifier: { organizationalUnitIdentifier: 'orderer' },
};

/** Parts of a `FabricMSPConfig`; NodeOUs as `NODE_OUS` where they are not given. */
export interface MspParts {
  readonly name: string;
  readonly rootCerts: Uint8Array[];
  readonly intermediateCerts?: Uint8Array[];
  readonly admins?: Uint8Array[];
  readonly revocationList?: Uint8Array[];
  readonly organizationalUnitIdentifiers?: {
    certificate: Uint8Array;
    organizationalUnitIdentifier: string;
  }[];
  readonly fabricNodeOus?: MessageInitShape<typeof FabricNodeOUsSchema>;
  readonly cryptoConfig?: { signatureHashFamily: string };
}

/** `FabricMSPConfig` bytes. */
export function mspConfig(parts: MspParts): Uint8Array {
  return toBinary(
    FabricMSPConfigSchema,
    create(FabricMSPConfigSchema, { ...parts, fabricNodeOus: parts.fabricNodeOus ?? NODE_OUS }),
  );
}

/** `SerializedIdentity` bytes. */
export function serialized(mspid: string, idBytes: Uint8Array): Uint8Array {
  return toBinary(SerializedIdentitySchema, create(SerializedIdentitySchema, { mspid, idBytes }));
}
