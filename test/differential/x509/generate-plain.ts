import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { concat } from '@cotrace/core';
import { derElement } from '../../../fabric-model/identity/der.js';
import { encode, leaf, node, oid, sequence } from './der.js';
import { explicit, raw } from './generate-certificate.js';

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

/** A key and its subject public key info. */
export interface Keys {
  readonly key: KeyObject;
  readonly keyInfo: Uint8Array;
}

export function newKeys(namedCurve: 'P-256' | 'P-384' | 'P-521' = 'P-256'): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  return { key: privateKey, keyInfo: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })) };
}

/** DER of a name of one common name. */
export function plainName(commonName: string): Uint8Array {
  return encode(sequence(node(0x31, sequence(oid('2.5.4.3'), leaf(0x0c, commonName)))));
}

/** A certificate with nothing odd. `issuer` and `subject` are DER of names. */
export function plainCertificate(request: {
  readonly subject: Uint8Array;
  readonly issuer: Uint8Array;
  readonly keys: Keys;
  readonly issuerKey: KeyObject;
  readonly isCA: boolean;
  readonly notBefore: string;
}): Uint8Array {
  const { subject, issuer, keys, issuerKey, isCA, notBefore } = request;
  const constraints = sequence(isCA ? leaf(1, [0xff]) : null);
  const keyId = sequence(oid('2.5.29.14'), leaf(4, encode(leaf(4, [1]))));
  const signed = encode(
    sequence(
      explicit(0, leaf(2, [2])),
      leaf(2, [1]),
      ECDSA_SHA256,
      raw(issuer),
      sequence(leaf(0x17, notBefore), leaf(0x17, '491231235959Z')),
      raw(subject),
      raw(keys.keyInfo),
      explicit(3, sequence(keyId, sequence(oid('2.5.29.19'), leaf(1, [0xff]), leaf(4, encode(constraints))))),
    ),
  );
  const signature = sign('sha256', signed, issuerKey);
  return derElement(
    0x30,
    concat(signed, encode(ECDSA_SHA256), derElement(3, Uint8Array.of(0, ...signature))),
  );
}
