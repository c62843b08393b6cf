import { CotraceError, MalformedError, concat, equalBytes, sha256, toHex } from '@cotrace/core';
import type { FabricMSPConfig } from '../gen/fabric/common_pb.js';
import { decode } from '../wire/decode.js';
import * as forms from '../wire/identity-forms.js';
import {
  describeCertificate,
  isSignedBy,
  parseDerCertificate,
  withLowS,
  type Certificate,
} from './certificate.js';
import { uniqueChain } from './chain.js';
import { parseRevocationList, revokes, type RevocationList } from './crl.js';
import { hashOfEcdsaAlgorithm } from './curves.js';
import type { EcdsaVerifier } from './ecdsa.js';
import { Identity, type IdentityRules } from './identity.js';
import { nodeOUsOf, unitProblem, type NodeOUs } from './node-ous.js';
import { decodePem } from './pem.js';
import type { NodeRole } from './principal.js';

/**
 * The membership rules of one organisation (Fabric's X.509 MSP, as it behaves from channel capability 1.4.3 on).
 *
 * Not emulated, and refused where a configuration asks for it: SHA-3, keys other than EC, name and policy constraints. The TLS
 * authorities in the configuration are not looked at, since TLS is not verified here.
 * Source: Fabric `msp/mspimpl.go`, `msp/mspimplsetup.go`, `msp/mspimplvalidate.go`.
 */
export class Msp implements IdentityRules {
  readonly mspId: string;
  /** The `FabricMSPConfig` bytes as received. */
  readonly config: Uint8Array;
  /** SHA-256 of `config`: what a membership commits to. */
  readonly configHash: Uint8Array;
  readonly roots: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  readonly admins: readonly Certificate[];
  /** Checks what authorities signed. */
  readonly ecdsa: EcdsaVerifier;
  readonly #revocationLists: readonly RevocationList[];
  /** Allowed organisational units with the hashes of their certifiers; empty where any unit will do. */
  readonly #units: readonly { readonly unit: string; readonly certifiers: Uint8Array }[];
  readonly #nodeOUs: NodeOUs | null;
  /** Authorities above another one: they issue authorities and no identities. */
  readonly #innerAuthorities: readonly Certificate[];

  /**
   * Sets up an MSP from `FabricMSPConfig` bytes; `ecdsa` checks what its authorities signed. Throws `MSP_CONFIG` with the part at fault, its cause attached.
   */
  static fromConfig(config: Uint8Array, ecdsa: EcdsaVerifier): Msp {
    const message = decode(forms.FabricMSPConfig, config);
    try {
      return new Msp(config, message, ecdsa);
    } catch (cause) {
      if (!(cause instanceof CotraceError) || cause.code === 'MSP_CONFIG') throw cause;
      throw new CotraceError(
        'MSP_CONFIG',
        `MSP ${message.name}: ${cause.message}`,
        { mspId: message.name, ...cause.detail },
        cause,
      );
    }
  }

  private constructor(bytes: Uint8Array, config: FabricMSPConfig, ecdsa: EcdsaVerifier) {
    this.ecdsa = ecdsa;
    this.mspId = config.name;
    this.config = bytes;
    this.configHash = sha256(bytes);
    if (this.mspId === '') throw this.#bad('it has no name');
    const { signatureHashFamily = '', identityIdentifierHashFunction = '' } = config.cryptoConfig ?? {};
    if (
      !['', 'SHA2'].includes(signatureHashFamily) ||
      !['', 'SHA256'].includes(identityIdentifierHashFunction)
    ) {
      throw this.#bad('only SHA-256 is supported', { signatureHashFamily, identityIdentifierHashFunction });
    }

    this.roots = distinct(config.rootCerts.map((pem) => this.#root(pem)));
    if (this.roots.length === 0) throw this.#bad('it has no root certificate');
    const intermediates = distinct(config.intermediateCerts.map(certificateOfPem));
    this.intermediates = distinct(intermediates.map((certificate) => this.#lowS(certificate, intermediates)));
    this.#revocationLists = config.revocationList.map(parseRevocationList);
    this.#innerAuthorities = this.intermediates.flatMap((certificate) => this.#checkAuthority(certificate));

    this.#units = config.organizationalUnitIdentifiers.map((identifier) => ({
      unit: identifier.organizationalUnitIdentifier,
      certifiers: this.#certifiersOf(identifier.certificate),
    }));
    this.#nodeOUs = nodeOUsOf(config.fabricNodeOus ?? null, (certificate) => this.#certifiersOf(certificate));
    this.admins = config.admins.map((pem) => this.#admin(pem));
    if (this.admins.length === 0 && this.#nodeOUs?.get('admin') === undefined) {
      throw this.#bad('it names no administrator and no unit of administrators');
    }
  }

  /** The identity in `SerializedIdentity` bytes. Throws as `identity`, and `UNKNOWN_MSP` where it names another MSP. */
  deserialize(bytes: Uint8Array): Identity {
    const { mspid, idBytes } = decode(forms.SerializedIdentity, bytes);
    if (mspid !== this.mspId) {
      throw new CotraceError('UNKNOWN_MSP', `an identity of ${mspid}, not of ${this.mspId}`, {
        mspId: mspid,
      });
    }
    return this.identity(idBytes);
  }

  /**
   * The identity of a PEM certificate. Throws `BAD_CERTIFICATE`, `BAD_DER`, `UNSUPPORTED_KEY`, or `BAD_CHAIN` where it does
   * not chain to this organisation; everything else is `Identity.validate`.
   */
  identity(pem: Uint8Array): Identity {
    const certificate = certificateOfPem(pem);
    if (certificate.isCA && isSignedBy(certificate, certificate, this.ecdsa)) {
      return new Identity(this, withLowS(certificate, certificate), [certificate]);
    }
    const [, issuer, ...further] = uniqueChain(certificate, this);
    if (issuer === undefined) throw this.#bad('a root certificate did not sign itself');
    return new Identity(this, withLowS(certificate, issuer), [issuer, ...further]);
  }

  /** Whether the certificate is listed as an administrator's. */
  isAdmin(certificate: Certificate): boolean {
    return this.admins.some(({ der }) => equalBytes(der, certificate.der));
  }

  /** Whether a unit of the certificate names this role; false where NodeOUs are off. */
  hasRole(certificate: Certificate, role: NodeRole): boolean {
    const unit = this.#nodeOUs?.get(role)?.unit;
    return unit !== undefined && certificate.subject.organizationalUnits.includes(unit);
  }

  /** The role that a unit of the certificate names. */
  roleOf(certificate: Certificate): NodeRole | null {
    return [...(this.#nodeOUs?.keys() ?? [])].find((role) => this.hasRole(certificate, role)) ?? null;
  }

  /** Why an identity of this MSP is not valid, as the error that `Identity.validate` throws; null where it is. */
  problemOf(identity: Identity): CotraceError | null {
    const { certificate, authorities } = identity;
    const invalid = (reason: string): CotraceError =>
      new CotraceError('IDENTITY_INVALID', `an identity of ${this.mspId} is not valid: ${reason}`, {
        ...identity.describe(),
        reason,
      });
    const misplaced = this.#misplaced(identity);
    if (misplaced !== null) return invalid(misplaced);
    if (this.#revocationLists.some((list) => revokes(list, authorities[0], certificate, this.ecdsa))) {
      return new CotraceError(
        'IDENTITY_REVOKED',
        `the certificate of an identity of ${this.mspId} is revoked`,
        identity.describe(),
      );
    }
    if (this.#hasUnreadableList()) return invalid('a revocation list of its organisation names no authority');
    const units = certificate.subject.organizationalUnits;
    const allowed = this.#units.some(
      ({ unit, certifiers }) => units.includes(unit) && equalBytes(certifiers, identity.certifiers),
    );
    if (this.#units.length > 0 && !allowed)
      return invalid('none of its organisational units is one of the MSP');
    const problem = this.#nodeOUs && unitProblem(this.#nodeOUs, units, identity.certifiers);
    return problem === null ? null : invalid(problem);
  }

  /** Why a certificate is where no identity can be; such a certificate has no units for Fabric either. */
  #misplaced({ certificate, authorities }: Identity): string | null {
    if (certificate.isCA) return 'its certificate is that of an authority';
    return includes(this.#innerAuthorities, authorities[0]) ? 'its issuer issues authorities only' : null;
  }

  /** Beside a list whose authority key identifier Fabric cannot read, it accepts no identity. */
  #hasUnreadableList(): boolean {
    return this.#revocationLists.some(({ authorityKeyId }) => authorityKeyId === null);
  }

  #root(pem: Uint8Array): Certificate {
    const certificate = certificateOfPem(pem);
    if (!certificate.isCA || certificate.subjectKeyId === null) {
      throw this.#bad(
        'a root certificate without CA flag or subject key identifier',
        describeCertificate(certificate),
      );
    }
    // What is not signed with ECDSA, Fabric takes as it is: an authority below an RSA one can be a root.
    const isEcdsa = hashOfEcdsaAlgorithm(certificate.signatureAlgorithm) !== null;
    if (isEcdsa && !isSignedBy(certificate, certificate, this.ecdsa)) {
      throw this.#bad('a root certificate that did not sign itself', describeCertificate(certificate));
    }
    const root = isEcdsa ? withLowS(certificate, certificate) : certificate;
    uniqueChain(root, { roots: [root], intermediates: [], ecdsa: this.ecdsa });
    return root;
  }

  #lowS(certificate: Certificate, intermediates: readonly Certificate[]): Certificate {
    const [, issuer] = uniqueChain(certificate, { roots: this.roots, intermediates, ecdsa: this.ecdsa });
    if (issuer === undefined)
      throw this.#bad('a root certificate among the intermediate ones', describeCertificate(certificate));
    return withLowS(certificate, issuer);
  }

  /** Checks an intermediate authority; returns the authorities above it. */
  #checkAuthority(certificate: Certificate): readonly Certificate[] {
    const [, issuer, ...further] = uniqueChain(certificate, this);
    if (!certificate.isCA || certificate.subjectKeyId === null || issuer === undefined) {
      throw this.#bad(
        'an intermediate certificate without CA flag or subject key identifier',
        describeCertificate(certificate),
      );
    }
    if (this.#revocationLists.some((list) => revokes(list, issuer, certificate, this.ecdsa))) {
      throw this.#bad('an intermediate certificate is revoked', describeCertificate(certificate));
    }
    if (this.#hasUnreadableList()) throw this.#bad('a revocation list names no authority');
    return [issuer, ...further];
  }

  /** Hash of the chain of an authority of this MSP, itself included. Source: `getCertifiersIdentifier`. */
  #certifiersOf(pem: Uint8Array): Uint8Array {
    const certificate = certificateOfPem(pem);
    const authority = [...this.roots, ...this.intermediates].find(({ tbs }) =>
      equalBytes(tbs, certificate.tbs),
    );
    if (authority === undefined)
      throw this.#bad('a unit is certified by a certificate that is not one of its authorities');
    if (!includes(this.roots, authority) && includes(this.#innerAuthorities, authority)) {
      throw this.#bad(
        'a unit is certified by an authority that issues authorities only',
        describeCertificate(authority),
      );
    }
    return sha256(concat(...uniqueChain(authority, this).map(({ der }) => der)));
  }

  #admin(pem: Uint8Array): Certificate {
    const identity = this.identity(pem);
    if (this.#nodeOUs === null) identity.validate();
    else if (
      this.#misplaced(identity) !== null ||
      (!this.hasRole(identity.certificate, 'client') && !this.hasRole(identity.certificate, 'admin'))
    ) {
      throw this.#bad(
        'an administrator is neither client nor administrator by its units',
        identity.describe(),
      );
    }
    return identity.certificate;
  }

  #bad(reason: string, detail: Readonly<Record<string, unknown>> = {}): CotraceError {
    return new CotraceError('MSP_CONFIG', `MSP ${this.mspId}: ${reason}`, { mspId: this.mspId, ...detail });
  }
}

function certificateOfPem(pem: Uint8Array): Certificate {
  const block = decodePem(pem);
  if (block === null)
    throw new MalformedError('BAD_CERTIFICATE', 'not a PEM certificate', { length: pem.length });
  return parseDerCertificate(block.bytes);
}

/** Each certificate once: Go's pools know one that is listed twice as one, where two would make chains ambiguous. */
function distinct(list: readonly Certificate[]): readonly Certificate[] {
  const byHash = new Map(list.map((certificate) => [toHex(sha256(certificate.der)), certificate]));
  return [...byHash.values()];
}

function includes(list: readonly Certificate[], certificate: Certificate): boolean {
  return list.some(({ der }) => equalBytes(der, certificate.der));
}
