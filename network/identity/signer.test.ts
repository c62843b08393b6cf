import { createECDH, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary } from '@bufbuild/protobuf';
import { fromUtf8, utf8 } from '@cotrace/core';
import { common, isLowS, pureVerifier, type SignatureVerifier } from '@cotrace/fabric-model';
import { p256 } from '@noble/curves/nist.js';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createAuthority, issueIdentity, openAuthority } from './certificate.js';
import { loadIdentity, signingIdentity } from './signer.js';
import { nodeVerifier } from './verifier.js';

const numRuns = process.env['CI_DEEP'] === '1' ? 10_000 : 100;
const verifiers: [string, SignatureVerifier][] = [
  ['the verifier of node:crypto', nodeVerifier],
  ['the pure verifier', pureVerifier],
];

const issued = issueIdentity(openAuthority(createAuthority('a.test', 'ca.a.test')), 'User1@a.test', 'client');
const identity = signingIdentity('AMSP', issued.certificate, issued.key);
const message = utf8('a message');

function pointOf(privateKeyPem: string): Uint8Array {
  const ecdh = createECDH('prime256v1');
  // The private number of a PKCS#8 P-256 key of node:crypto is at bytes 36…67.
  const der = Buffer.from(privateKeyPem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  ecdh.setPrivateKey(der.subarray(36, 68));
  return new Uint8Array(ecdh.getPublicKey());
}

const point = pointOf(issued.key);

/** The other signature of the pair: (r, n − s). */
function mirrored(signature: Uint8Array): Uint8Array {
  const { r, s } = p256.Signature.fromBytes(signature, 'der');
  return new p256.Signature(r, p256.Point.Fn.ORDER - s).toBytes('der');
}

describe('a signing identity', () => {
  it('serialises as the creator that Fabric expects', () => {
    const creator = fromBinary(common.SerializedIdentitySchema, identity.serialized);
    expect(creator).toEqual(
      create(common.SerializedIdentitySchema, { mspid: 'AMSP', idBytes: utf8(issued.certificate) }),
    );
    expect(fromUtf8(creator.idBytes)).toMatch(
      /^-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n$/,
    );
  });

  it('signs every message low-S', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const signature = identity.sign(bytes);
        expect(isLowS(signature)).toBe(true);
        expect(nodeVerifier.verify(point, bytes, signature)).toBe(true);
        expect(pureVerifier.verify(point, bytes, signature)).toBe(true);
      }),
      { numRuns },
    );
  });
});

describe.each(verifiers)('%s', (_, verifier) => {
  const signature = identity.sign(message);

  it('refuses the high-S twin of a good signature', () => {
    expect(verifier.verify(point, message, signature)).toBe(true);
    expect(verifier.verify(point, message, mirrored(signature))).toBe(false);
  });

  it('refuses another message, another key, and points that are none', () => {
    const other = pointOf(
      generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    );
    expect(verifier.verify(point, utf8('another'), signature)).toBe(false);
    expect(verifier.verify(other, message, signature)).toBe(false);
    const offCurve = Uint8Array.from(point, (byte, i) => (i === 64 ? byte ^ 1 : byte));
    const compressed = p256.Point.fromBytes(point).toBytes(true);
    for (const wrong of [offCurve, compressed, point.subarray(1), new Uint8Array(), new Uint8Array(65)]) {
      expect(verifier.verify(wrong, message, signature)).toBe(false);
    }
  });

  it('refuses a signature with bytes behind it, inside it, or missing', () => {
    const longer = Uint8Array.from([0x30, (signature[1] ?? 0) + 1, ...signature.subarray(2), 0]);
    for (const wrong of [
      Uint8Array.from([...signature, 0]),
      longer,
      signature.subarray(0, -1),
      new Uint8Array(),
    ]) {
      expect(verifier.verify(point, message, wrong)).toBe(false);
    }
  });
});

it('both verifiers agree on damaged signatures', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.nat(79),
      fc.integer({ min: 1, max: 255 }),
      (bytes, at, change) => {
        const signature = identity.sign(bytes);
        const damaged = Uint8Array.from(signature, (byte, i) =>
          i === at % signature.length ? byte ^ change : byte,
        );
        expect(nodeVerifier.verify(point, bytes, damaged)).toBe(pureVerifier.verify(point, bytes, damaged));
      },
    ),
    { numRuns },
  );
});

describe('loading an identity', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cotrace-signer-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('says which folder is missing', () => {
    const path = join(dir, 'signcerts');
    expect(() => loadIdentity(dir, 'AMSP')).toThrow(
      expect.objectContaining({ code: 'IDENTITY', detail: { path } }),
    );
  });

  it('does not choose between two certificates', () => {
    mkdirSync(join(dir, 'two', 'signcerts'), { recursive: true });
    for (const name of ['1.pem', '2.pem'])
      writeFileSync(join(dir, 'two', 'signcerts', name), issued.certificate);
    expect(() => loadIdentity(join(dir, 'two'), 'AMSP')).toThrow('must hold exactly one file, not 2');
  });

  it('refuses a key that is not P-256 or no key at all', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const other = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const key of [other, 'no key']) {
      expect(() => signingIdentity('AMSP', issued.certificate, key)).toThrow(
        expect.objectContaining({ code: 'IDENTITY' }),
      );
    }
  });

  it('refuses a key that is not that of the certificate', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    expect(() => signingIdentity('AMSP', issued.certificate, other.toString())).toThrow(
      expect.objectContaining({ code: 'IDENTITY' }),
    );
  });
});
