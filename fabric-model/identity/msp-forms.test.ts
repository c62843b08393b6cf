import { beforeAll, describe, expect, it } from '@jest/globals';
import { concat, utf8 } from '@cotrace/core';
import { parseCertificate } from './certificate.js';
import { uniqueChain } from './chain.js';
import { orderOf } from './curves.js';
import { DerReader, TAG, derElement } from './der.js';
import { MspManager } from './manager.js';
import { Msp } from './msp.js';
import { hostEcdsa, hostVerifier } from './host-ecdsa.js';
import { encodePem } from './pem.js';
import { encodeSignature, parseSignature } from './signature.js';
import {
  issue,
  mspConfig,
  revoke,
  serialized,
  sign,
  x509,
  type Issued,
  type MspParts,
} from './testing/pki.js';

let root: Issued;
let peer: Issued;

beforeAll(async () => {
  root = await issue({ subject: 'CN=ca.org1, O=org1' });
  peer = await issue({ subject: 'CN=x, OU=peer', issuer: root });
});

const setUp = (parts: Partial<MspParts> = {}): Msp =>
  Msp.fromConfig(mspConfig({ name: 'Org1MSP', rootCerts: [root.pem], ...parts }), hostEcdsa);
const withCode = (code: string): unknown => expect.objectContaining({ code });
const pemOf = (der: Uint8Array): Uint8Array => utf8(encodePem('CERTIFICATE', der));
const sequence = (...parts: Uint8Array[]): Uint8Array => derElement(TAG.sequence, concat(...parts));

function partsOf(der: Uint8Array): Uint8Array[] {
  const reader = new DerReader(der, 'test').inside();
  const parts: Uint8Array[] = [];
  while (!reader.empty) parts.push(reader.any().raw);
  return parts;
}

/** A list whose extensions are others, signed again. */
async function listWith(extensions: Uint8Array): Promise<Uint8Array> {
  const [signed = new Uint8Array(), algorithm = new Uint8Array()] = partsOf(await revoke(root, ['99']));
  const tbs = sequence(...partsOf(signed).slice(0, -1), derElement(0xa0, sequence(extensions)));
  const signature = derElement(TAG.bitString, concat(Uint8Array.of(0), await sign(root.keys, tbs)));
  return sequence(tbs, algorithm, signature);
}

describe('An MSP does what Fabric does where a form is odd:', () => {
  it('a root that is listed twice is one', () => {
    const msp = setUp({ rootCerts: [root.pem, root.pem] });
    msp.identity(peer.pem).validate();
    expect(msp.roots).toHaveLength(1);
  });

  it('a certificate with a megabyte of text around it is an identity, and is not kept in memory', () => {
    const manager = new MspManager([setUp()], hostVerifier);
    const small = serialized('Org1MSP', peer.pem);
    const large = serialized('Org1MSP', concat(new Uint8Array(2 ** 20).fill(0x61), utf8('\n'), peer.pem));
    expect(manager.deserialize(small)).toBe(manager.deserialize(small));
    expect(manager.deserialize(large)).not.toBe(manager.deserialize(large));
    expect(manager.deserialize(large).id).toBe(manager.deserialize(small).id);
  });

  it('a root that something else than ECDSA signed is a root, as it is', () => {
    const [signed = new Uint8Array()] = partsOf(root.der);
    // sha256WithRSAEncryption
    const rsa = sequence(
      derElement(TAG.objectIdentifier, Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11)),
    );
    const tbs = sequence(...partsOf(signed).map((part, i) => (i === 2 ? rsa : part)));
    const crossSigned = pemOf(sequence(tbs, rsa, derElement(TAG.bitString, new Uint8Array(257))));
    const msp = setUp({ rootCerts: [crossSigned] });
    expect(() => msp.identity(peer.pem).validate()).not.toThrow();
  });

  it('an identity is PEM of a certificate, not of PEM', () => {
    expect(() => setUp().identity(pemOf(peer.pem))).toThrow(withCode('BAD_DER'));
  });

  it('an authority’s key identifier may be empty, not missing', async () => {
    const keyId = (value?: string): Promise<Issued> =>
      issue({ subject: 'CN=ca.org1, O=org1', keyId: value ?? null });
    expect(setUp({ rootCerts: [(await keyId('')).pem] }).roots).toHaveLength(1);
    const missing = await keyId();
    expect(() => setUp({ rootCerts: [missing.pem] })).toThrow(withCode('MSP_CONFIG'));
  });

  it('a revocation list without a readable authority is taken, and no identity is valid beside it', async () => {
    const none = await listWith(new Uint8Array());
    const broken = await listWith(
      sequence(
        derElement(TAG.objectIdentifier, Uint8Array.of(0x55, 29, 35)),
        derElement(TAG.octetString, Uint8Array.of(0x30, 2, 0x80, 9)),
      ),
    );
    for (const list of [none, broken]) {
      const msp = setUp({ revocationList: [list] });
      expect(() => msp.identity(peer.pem).validate()).toThrow(withCode('IDENTITY_INVALID'));
    }
  });

  it('a negative serial number in a list revokes nothing', async () => {
    const positive = await issue({ subject: 'CN=x, OU=peer', issuer: root, serial: '00ff' });
    const [signed = new Uint8Array(), algorithm = new Uint8Array()] = partsOf(await revoke(root, ['77']));
    const tbs = Uint8Array.from(
      Buffer.from(Buffer.from(signed).toString('hex').replace('020177', '0201ff'), 'hex'),
    );
    const bits = derElement(TAG.bitString, concat(Uint8Array.of(0), await sign(root.keys, tbs)));
    expect(() =>
      setUp({ revocationList: [sequence(tbs, algorithm, bits)] })
        .identity(positive.pem)
        .validate(),
    ).not.toThrow();
  });

  it('a list with bytes after the numbers of its signature revokes', async () => {
    const [signed = new Uint8Array(), algorithm = new Uint8Array()] = partsOf(
      await revoke(root, [peer.serial]),
    );
    const signature = await sign(root.keys, signed);
    const bits = derElement(TAG.bitString, concat(Uint8Array.of(0), signature, Uint8Array.of(5, 0)));
    const msp = setUp({ revocationList: [sequence(signed, algorithm, bits)] });
    expect(() => msp.identity(peer.pem).validate()).toThrow(withCode('IDENTITY_REVOKED'));
  });

  it('a certificate that Fabric cannot write anew is an identity with low s alone', async () => {
    const [signed = new Uint8Array(), algorithm = new Uint8Array()] = partsOf(peer.der);
    const longer = sequence(...partsOf(algorithm), Uint8Array.of(5, 0), Uint8Array.of(5, 0));
    const tbs = sequence(...partsOf(signed).map((part, i) => (i === 2 ? longer : part)));
    const low = await sign(root.keys, tbs);
    const { r, s } = parseSignature(low) ?? { r: 0n, s: 0n };
    const high = encodeSignature({ r, s: orderOf('P-256') - s });
    const sealed = (signature: Uint8Array): Uint8Array =>
      pemOf(sequence(tbs, longer, derElement(TAG.bitString, concat(Uint8Array.of(0), signature))));
    setUp().identity(sealed(low)).validate();
    expect(() => setUp().identity(sealed(high))).toThrow(withCode('BAD_CERTIFICATE'));
  });

  it('what stands between a certificate and a root is an authority', async () => {
    const middle = await issue({
      subject: 'CN=middle',
      issuer: root,
      ca: false,
      keyUsage: x509.KeyUsageFlags.keyCertSign,
    });
    const below = await issue({ subject: 'CN=x, OU=peer', issuer: middle });
    const [certificate, authority, top] = [below, middle, root].map(({ der }) => parseCertificate(der));
    if (certificate === undefined || authority === undefined || top === undefined)
      throw new Error('not issued');
    // The first version has no extensions that could say otherwise.
    const old = { ...authority, version: 1, basicConstraints: false, keyUsage: 0 };
    expect(() => uniqueChain(certificate, { roots: [top], intermediates: [old], ecdsa: hostEcdsa })).toThrow(
      withCode('BAD_CHAIN'),
    );
  });
});
