import { beforeAll, describe, expect, it } from '@jest/globals';
import { concat, equalBytes, sha256, utf8 } from '@cotrace/core';
import { parseCertificate } from './certificate.js';
import { orderOf, type CurveName } from './curves.js';
import { DerReader, TAG, derElement } from './der.js';
import type { Identity } from './identity.js';
import { Msp } from './msp.js';
import { hostEcdsa } from './host-ecdsa.js';
import { encodePem } from './pem.js';
import { encodeSignature, isLowS, parseSignature } from './signature.js';
import {
  NODE_OUS,
  issue,
  mspConfig,
  newKeys,
  revoke,
  x509,
  type Issued,
  type MspParts,
} from './testing/pki.js';

let root: Issued;
let admin: Issued;

beforeAll(async () => {
  root = await issue({ subject: 'CN=ca.org1, O=org1' });
  admin = await issue({ subject: 'CN=Admin, OU=admin', issuer: root });
});

function setUp(parts: Partial<MspParts> = {}): Msp {
  return Msp.fromConfig(mspConfig({ name: 'Org1MSP', rootCerts: [root.pem], ...parts }), hostEcdsa);
}

const withCode = (code: string): unknown => expect.objectContaining({ code });

/** The code that an identity is refused with, null where it is valid. */
function refusal(msp: Msp, { pem }: Issued): string | null {
  try {
    msp.identity(pem).validate();
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? 'no code';
  }
}

/** The certificate with another outside around what its issuer signed. */
function rewrapped({ der }: Pick<Issued, 'der'>, signature: Uint8Array, ...after: Uint8Array[]): Uint8Array {
  const inside = new DerReader(der, 'certificate').inside();
  const parts = [inside.element(TAG.sequence).raw, inside.element(TAG.sequence).raw];
  const bits = derElement(TAG.bitString, concat(Uint8Array.of(0), signature));
  return utf8(encodePem('CERTIFICATE', derElement(TAG.sequence, concat(...parts, bits, ...after))));
}

/** The signature with its other s. */
function flipped(signature: Uint8Array, curve: CurveName = 'P-256'): Uint8Array {
  const { r, s } = parseSignature(signature) ?? { r: 0n, s: 0n };
  return encodeSignature({ r, s: orderOf(curve) - s });
}

describe('An MSP', () => {
  it('keeps the bytes of its configuration and their hash', () => {
    const bytes = mspConfig({ name: 'Org1MSP', rootCerts: [root.pem] });
    const msp = Msp.fromConfig(bytes, hostEcdsa);
    expect(msp.mspId).toBe('Org1MSP');
    expect(msp.config).toBe(bytes);
    expect(msp.configHash).toEqual(sha256(bytes));
  });

  it.each(['client', 'peer', 'admin', 'orderer'] as const)(
    'gives a certificate with unit %s that role',
    async (unit) => {
      const identity = setUp().identity(
        (await issue({ subject: `CN=x, OU=${unit}, OU=department`, issuer: root })).pem,
      );
      identity.validate();
      expect(identity.role).toBe(unit);
    },
  );

  it.each([
    ['no unit', 'CN=x'],
    ['an unknown unit', 'CN=x, OU=auditor'],
    ['two roles', 'CN=x, OU=peer, OU=client'],
    ['one role twice', 'CN=x, OU=peer, OU=peer'],
  ])('refuses an identity with %s', async (_, subject) => {
    const msp = setUp();
    const issued = await issue({ subject, issuer: root });
    expect(refusal(msp, issued)).toBe('IDENTITY_INVALID');
    expect(msp.identity(issued.pem).role).toBeNull();
  });

  it('accepts any unit, and knows no roles, where NodeOUs are off', async () => {
    const msp = setUp({ fabricNodeOus: { ...NODE_OUS, enable: false }, admins: [admin.pem] });
    const identity = msp.identity((await issue({ subject: 'CN=x, OU=peer', issuer: root })).pem);
    expect(identity.isValid).toBe(true);
    expect(identity.role).toBeNull();
    expect(identity.satisfies({ kind: 'role', mspId: 'Org1MSP', role: 'peer' })).toBe(false);
    expect(identity.satisfies({ kind: 'role', mspId: 'Org1MSP', role: 'member' })).toBe(true);
  });

  it('refuses what another authority issued under the same name', async () => {
    const impostor = await issue({ subject: root.subject });
    const msp = setUp();
    expect(refusal(msp, await issue({ subject: 'CN=x, OU=peer', issuer: impostor }))).toBe('BAD_CHAIN');
    expect(refusal(msp, await issue({ subject: 'CN=x, OU=peer' }))).toBe('IDENTITY_INVALID');
    expect(
      refusal(
        msp,
        await issue({ subject: 'CN=x, OU=peer', ca: false, issuer: { ...impostor, subject: 'CN=other' } }),
      ),
    ).toBe('BAD_CHAIN');
  });

  it('refuses authorities as identities, its own included', async () => {
    const msp = setUp();
    expect(refusal(msp, root)).toBe('IDENTITY_INVALID');
    expect(refusal(msp, await issue({ subject: 'CN=x, OU=peer', issuer: root, ca: true }))).toBe(
      'IDENTITY_INVALID',
    );
  });

  it('takes expired certificates, and says when they expired if asked', async () => {
    const notAfter = new Date(Date.UTC(2024, 5, 1));
    const identity = setUp().identity(
      (await issue({ subject: 'CN=x, OU=peer', issuer: root, notAfter })).pem,
    );
    expect(identity.isValid).toBe(true);
    expect(identity.expiresAt).toEqual(notAfter);
    identity.validate({ at: notAfter });
    expect(() => identity.validate({ at: new Date(notAfter.getTime() + 1) })).toThrow(
      withCode('IDENTITY_EXPIRED'),
    );
  });

  it('refuses what its authority issued before or after the authority itself was valid', async () => {
    const authority = await issue({ subject: 'CN=ca', notAfter: new Date(Date.UTC(2025, 0, 1)) });
    const msp = setUp({ rootCerts: [authority.pem] });
    const at = async (year: number): Promise<string | null> =>
      refusal(
        msp,
        await issue({
          subject: 'CN=x, OU=peer',
          issuer: authority,
          notBefore: new Date(Date.UTC(year, 6, 1)),
        }),
      );
    expect(await at(2023)).toBe('BAD_CHAIN');
    expect(await at(2024)).toBeNull();
    expect(await at(2025)).toBe('BAD_CHAIN');
  });

  it('refuses extended key usages without server authentication, and critical extensions it does not know', async () => {
    const msp = setUp();
    const usage = (name: x509.ExtendedKeyUsage): Promise<Issued> =>
      issue({
        subject: 'CN=x, OU=peer',
        issuer: root,
        extensions: [new x509.ExtendedKeyUsageExtension([name])],
      });
    expect(refusal(msp, await usage(x509.ExtendedKeyUsage.serverAuth))).toBeNull();
    expect(refusal(msp, await usage(x509.ExtendedKeyUsage.clientAuth))).toBe('BAD_CHAIN');
    const custom = (oid: string, critical: boolean): Promise<Issued> =>
      issue({
        subject: 'CN=x, OU=peer',
        issuer: root,
        extensions: [new x509.Extension(oid, critical, Uint8Array.of(5, 0))],
      });
    expect(refusal(msp, await custom('1.2.3.4.5.6.7.8.1', false))).toBeNull();
    expect(refusal(msp, await custom('1.2.3.4.5.6.7.8.1', true))).toBe('BAD_CHAIN');
    expect(refusal(msp, await custom('2.5.29.30', false))).toBe('BAD_CHAIN');
  });

  it('gives no vote to a revoked certificate, if the list is its issuer’s', async () => {
    const [peer, other] = [
      await issue({ subject: 'CN=x, OU=peer', issuer: root }),
      await issue({ subject: 'CN=y, OU=peer', issuer: root }),
    ];
    const impostor = await issue({ subject: root.subject });
    const list = await revoke(root, [peer.serial]);
    const pem = utf8(encodePem('X509 CRL', list));
    for (const revocationList of [[list], [pem], [await revoke(root, []), list]]) {
      const msp = setUp({ revocationList });
      expect(refusal(msp, peer)).toBe('IDENTITY_REVOKED');
      expect(refusal(msp, other)).toBeNull();
    }
    const forged = await revoke(root, [peer.serial], impostor);
    const foreign = await revoke(impostor, [peer.serial]);
    expect(refusal(setUp({ revocationList: [forged, foreign] }), peer)).toBeNull();
  });

  it('accepts only organisational units that it lists, certified by the authority that it lists', async () => {
    const second = await issue({ subject: 'CN=ca2' });
    const units = [{ certificate: root.pem, organizationalUnitIdentifier: 'quality' }];
    const msp = setUp({ rootCerts: [root.pem, second.pem], organizationalUnitIdentifiers: units });
    expect(refusal(msp, await issue({ subject: 'CN=x, OU=peer, OU=quality', issuer: root }))).toBeNull();
    expect(refusal(msp, await issue({ subject: 'CN=x, OU=peer', issuer: root }))).toBe('IDENTITY_INVALID');
    expect(refusal(msp, await issue({ subject: 'CN=x, OU=peer, OU=quality', issuer: second }))).toBe(
      'IDENTITY_INVALID',
    );
  });

  it('asks for the certifier of a NodeOU where one is set', async () => {
    const second = await issue({ subject: 'CN=ca2' });
    const peerOuIdentifier = { certificate: second.pem, organizationalUnitIdentifier: 'peer' };
    const msp = setUp({
      rootCerts: [root.pem, second.pem],
      fabricNodeOus: { ...NODE_OUS, peerOuIdentifier },
    });
    expect(refusal(msp, await issue({ subject: 'CN=x, OU=peer', issuer: second }))).toBeNull();
    expect(refusal(msp, await issue({ subject: 'CN=x, OU=peer', issuer: root }))).toBe('IDENTITY_INVALID');
    expect(refusal(msp, await issue({ subject: 'CN=x, OU=client', issuer: root }))).toBeNull();
  });
});

describe('Intermediate authorities', () => {
  it('issue identities, while those above them no longer do', async () => {
    const middle = await issue({ subject: 'CN=middle', issuer: root, ca: true });
    const low = await issue({ subject: 'CN=low', issuer: middle, ca: true });
    const msp = setUp({ intermediateCerts: [low.pem, middle.pem] });
    const identity = msp.identity((await issue({ subject: 'CN=x, OU=peer', issuer: low })).pem);
    identity.validate();
    expect(identity.authorities.map(({ subject }) => subject.commonName)).toEqual([
      'low',
      'middle',
      'ca.org1',
    ]);
    expect(refusal(msp, await issue({ subject: 'CN=x, OU=peer', issuer: middle }))).toBe('IDENTITY_INVALID');
    expect(refusal(msp, await issue({ subject: 'CN=x, OU=peer', issuer: root }))).toBe('IDENTITY_INVALID');
    expect(refusal(setUp(), await issue({ subject: 'CN=x, OU=peer', issuer: low }))).toBe('BAD_CHAIN');
  });

  it('must not exceed the path length that an authority above allows', async () => {
    const top = await issue({ subject: 'CN=top', pathLength: 0 });
    const middle = await issue({ subject: 'CN=middle', issuer: top, ca: true });
    const msp = setUp({ rootCerts: [top.pem] });
    expect(refusal(msp, await issue({ subject: 'CN=x, OU=peer', issuer: top }))).toBeNull();
    const deeper = setUp({ rootCerts: [top.pem], intermediateCerts: [middle.pem] });
    expect(refusal(deeper, await issue({ subject: 'CN=x, OU=peer', issuer: middle }))).toBe('BAD_CHAIN');
  });

  it('must be authorities that may sign, else the configuration is refused', async () => {
    const leaf = await issue({ subject: 'CN=leaf', issuer: root });
    expect(() => setUp({ intermediateCerts: [leaf.pem] })).toThrow(withCode('MSP_CONFIG'));
    const mute = await issue({
      subject: 'CN=mute',
      issuer: root,
      ca: true,
      keyUsage: x509.KeyUsageFlags.digitalSignature,
    });
    const msp = setUp({ intermediateCerts: [mute.pem] });
    expect(refusal(msp, await issue({ subject: 'CN=x, OU=peer', issuer: mute }))).toBe('BAD_CHAIN');
  });

  it('make identities ambiguous, and so refused, where two chains lead to roots', async () => {
    const keys = await newKeys();
    const [one, two] = [
      await issue({ subject: 'CN=m', issuer: root, ca: true, keys }),
      await issue({ subject: 'CN=m', keys }),
    ];
    const msp = setUp({ rootCerts: [root.pem, two.pem], intermediateCerts: [one.pem] });
    expect(refusal(msp, await issue({ subject: 'CN=x, OU=peer', issuer: one }))).toBe('BAD_CHAIN');
  });

  it('may use larger curves than identities do', async () => {
    const authority = await issue({ subject: 'CN=ca', curve: 'P-384' });
    const msp = setUp({ rootCerts: [authority.pem] });
    expect(refusal(msp, await issue({ subject: 'CN=x, OU=peer', issuer: authority }))).toBeNull();
  });

  it('cost a bounded number of signature checks, however they are arranged', async () => {
    const keys = await newKeys();
    const intermediateCerts = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const issuer = { ...root, keys, subject: 'CN=loop' };
        const extensions = [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: `h${i}` }])];
        return (await issue({ subject: 'CN=loop', issuer, ca: true, keys, extensions })).pem;
      }),
    );
    expect(() => setUp({ intermediateCerts })).toThrow(withCode('MSP_CONFIG'));
  }, 10_000);
});

describe('Principals', () => {
  const role = (
    identity: Identity,
    name: 'member' | 'admin' | 'client' | 'peer' | 'orderer',
    mspId = 'Org1MSP',
  ): boolean => identity.satisfies({ kind: 'role', mspId, role: name });

  it('name roles of one organisation', async () => {
    const peer = setUp().identity((await issue({ subject: 'CN=x, OU=peer', issuer: root })).pem);
    expect(role(peer, 'peer')).toBe(true);
    expect(role(peer, 'member')).toBe(true);
    expect(role(peer, 'client')).toBe(false);
    expect(role(peer, 'admin')).toBe(false);
    expect(role(peer, 'member', 'Org2MSP')).toBe(false);
  });

  it('count as administrators those listed and those with the unit', async () => {
    const listed = await issue({ subject: 'CN=boss, OU=client', issuer: root });
    const msp = setUp({ admins: [listed.pem] });
    expect(role(msp.identity(listed.pem), 'admin')).toBe(true);
    expect(role(msp.identity(admin.pem), 'admin')).toBe(true);
    expect(
      role(msp.identity((await issue({ subject: 'CN=boss, OU=client', issuer: root })).pem), 'admin'),
    ).toBe(false);
  });

  it('name units with their certifiers, single identities, and combinations', async () => {
    const msp = setUp();
    const issued = await issue({ subject: 'CN=x, OU=peer, OU=lab', issuer: root });
    const [one, other] = [msp.identity(issued.pem), msp.identity(admin.pem)];
    const unit = {
      kind: 'unit',
      mspId: 'Org1MSP',
      unit: 'lab',
      certifiers: sha256(parseCertificate(root.pem).der),
    } as const;
    // The root's signature is the low one in the hash, whatever the file says.
    const certifiers = one.certifiers;
    expect(one.satisfies({ ...unit, certifiers })).toBe(true);
    expect(one.satisfies({ ...unit, certifiers: sha256(certifiers) })).toBe(false);
    expect(other.satisfies({ ...unit, certifiers })).toBe(false);
    const member = { kind: 'role', mspId: 'Org1MSP', role: 'member' } as const;
    expect(one.satisfies({ kind: 'combined', principals: [member, { ...unit, certifiers }] })).toBe(true);
    expect(other.satisfies({ kind: 'combined', principals: [member, { ...unit, certifiers }] })).toBe(false);
  });

  it('never match an identity that is not valid', async () => {
    const peer = await issue({ subject: 'CN=x, OU=peer', issuer: root });
    const identity = setUp({ revocationList: [await revoke(root, [peer.serial])] }).identity(peer.pem);
    expect(role(identity, 'member')).toBe(false);
    expect(role(identity, 'peer')).toBe(false);
  });
});

describe('Certificates that their holder has rewritten', () => {
  it('stay one identity when the signature’s s is flipped', async () => {
    const msp = setUp();
    const issued = await issue({ subject: 'CN=x, OU=peer', issuer: root });
    const { signature } = parseCertificate(issued.der);
    const identities = [signature, flipped(signature)].map((each) => msp.identity(rewrapped(issued, each)));
    expect(new Set(identities.map(({ id }) => id)).size).toBe(1);
    for (const identity of identities) {
      identity.validate();
      expect(isLowS(identity.certificate.signature)).toBe(true);
    }
  });

  it('are accepted with bytes after the signature, as another identity, because Fabric does so', async () => {
    const msp = setUp();
    const issued = await issue({ subject: 'CN=x, OU=peer', issuer: root });
    const { signature } = parseCertificate(issued.der);
    const low = isLowS(signature) ? signature : flipped(signature);
    const padded = msp.identity(rewrapped(issued, low, Uint8Array.of(5, 0)));
    padded.validate();
    expect(padded.id).not.toBe(msp.identity(issued.pem).id);
    expect(() => msp.identity(rewrapped(issued, concat(low, Uint8Array.of(0))))).toThrow(
      withCode('BAD_CHAIN'),
    );
  });

  it('are refused when any byte of the signed part differs', async () => {
    const msp = setUp();
    const issued = await issue({ subject: 'CN=x, OU=peer', issuer: root });
    const { tbs } = parseCertificate(issued.der);
    const start = issued.der.length - new DerReader(issued.der, '').inside().element(TAG.sequence).raw.length;
    expect(equalBytes(issued.der.subarray(4, 4 + tbs.length), tbs)).toBe(true);
    expect(start).toBeGreaterThan(4);
    for (let i = 4; i < 4 + tbs.length; i += 3) {
      const der = issued.der.map((octet, at) => (at === i ? octet ^ 1 : octet));
      expect(() => msp.identity(utf8(encodePem('CERTIFICATE', der)))).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^(?:BAD_|UNSUPPORTED_KEY)/) as unknown }),
      );
    }
  }, 20_000);
});

describe('A configuration', () => {
  it.each([
    ['has no name', () => ({ name: '' })],
    ['has no root', () => ({ rootCerts: [] })],
    ['has a root that is no certificate', () => ({ rootCerts: [utf8('hello')] })],
    ['asks for SHA-3', () => ({ cryptoConfig: { signatureHashFamily: 'SHA3' } })],
    ['names no administrator', () => ({ fabricNodeOus: { ...NODE_OUS, enable: false } })],
    ['has a revocation list that is none', () => ({ revocationList: [utf8('hello')] })],
    [
      'certifies a unit by a stranger',
      () => ({
        organizationalUnitIdentifiers: [{ certificate: admin.pem, organizationalUnitIdentifier: 'x' }],
      }),
    ],
  ])('is refused when it %s', (_, parts: () => Partial<MspParts>) => {
    expect(() => setUp(parts())).toThrow(withCode('MSP_CONFIG'));
  });

  it('is refused when a root is no authority or not self-signed', async () => {
    const middle = await issue({ subject: 'CN=middle', issuer: root, ca: true });
    const leaf = await issue({ subject: 'CN=leaf', ca: false });
    expect(() => setUp({ rootCerts: [middle.pem] })).toThrow(withCode('MSP_CONFIG'));
    expect(() => setUp({ rootCerts: [leaf.pem] })).toThrow(withCode('MSP_CONFIG'));
  });

  it('is refused when an administrator is neither client nor administrator by unit', async () => {
    const peer = await issue({ subject: 'CN=x, OU=peer', issuer: root });
    expect(() => setUp({ admins: [peer.pem] })).toThrow(withCode('MSP_CONFIG'));
  });
});
