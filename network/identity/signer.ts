import { createPrivateKey, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { CotraceError, utf8 } from '@cotrace/core';
import { common, toLowS } from '@cotrace/fabric-model';
import { textOfFile } from '../text-file.js';

/** An identity that can sign. */
export interface SigningIdentity {
  readonly mspId: string;
  /** The certificate, PEM, exactly as on disk. */
  readonly certificate: string;
  /** `SerializedIdentity` bytes: what Fabric calls the creator. */
  readonly serialized: Uint8Array;
  /** ECDSA over the SHA-256 of `message`; DER, low-S (bccsp refuses high-S). */
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/**
 * Loads the signing identity of an MSP folder: the one certificate of `signcerts` and the one key of
 * `keystore`. Throws `IDENTITY` with the path.
 */
export function loadIdentity(mspDir: string, mspId: string): SigningIdentity {
  const certificate = onlyFile(join(mspDir, 'signcerts'));
  const key = onlyFile(join(mspDir, 'keystore'));
  return signingIdentity(mspId, certificate, key);
}

/** A signing identity from PEM texts: a P-256 certificate and its private key. Throws `IDENTITY`. */
export function signingIdentity(mspId: string, certificate: string, privateKey: string): SigningIdentity {
  const key = keyOf(mspId, certificate, privateKey);
  const identity = create(common.SerializedIdentitySchema, { mspid: mspId, idBytes: utf8(certificate) });
  return {
    mspId,
    certificate,
    serialized: toBinary(common.SerializedIdentitySchema, identity),
    sign: (message) => toLowS(sign('sha256', message, key)),
  };
}

function keyOf(mspId: string, certificate: string, privateKey: string): KeyObject {
  let key: KeyObject;
  let matches: boolean;
  try {
    key = createPrivateKey(privateKey);
    matches = new X509Certificate(certificate).checkPrivateKey(key);
  } catch (cause) {
    throw refused(mspId, 'cannot be read', cause);
  }
  if (!matches) throw refused(mspId, 'do not belong together');
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw refused(mspId, 'are not P-256');
  return key;
}

function refused(mspId: string, what: string, cause?: unknown): CotraceError {
  const message = `the certificate and private key of the ${mspId} identity ${what}`;
  return new CotraceError('IDENTITY', message, { mspId }, cause);
}

function onlyFile(dir: string): string {
  try {
    const names = readdirSync(dir).filter((name) => !name.startsWith('.'));
    const [name] = names;
    if (name === undefined || names.length > 1) {
      throw new CotraceError('IDENTITY', `${dir} must hold exactly one file, not ${names.length}`, {
        path: dir,
      });
    }
    return textOfFile(readFileSync(join(dir, name)), join(dir, name));
  } catch (cause) {
    if (cause instanceof CotraceError) throw cause;
    throw new CotraceError('IDENTITY', `${dir} cannot be read`, { path: dir }, cause);
  }
}
