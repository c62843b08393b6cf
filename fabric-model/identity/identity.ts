import type { EcdsaVerifier } from './ecdsa.js';
import { CotraceError, concat, equalBytes, isCotraceError, sha256, toHex, utf8 } from '@cotrace/core';
import { lengthDelimited } from '../wire/length-delimited.js';
import { describeCertificate, type Certificate } from './certificate.js';
import type { NodeRole, Principal } from './principal.js';

/** What an identity asks of its organisation's MSP. */
export interface IdentityRules {
  readonly mspId: string;
  /** Checks signatures by keys of other curves than P-256, and those of authorities. */
  readonly ecdsa: EcdsaVerifier;
  /** Throws for bytes that are no identity of this MSP. */
  deserialize(bytes: Uint8Array): Identity;
  isAdmin(certificate: Certificate): boolean;
  hasRole(certificate: Certificate, role: NodeRole): boolean;
  roleOf(certificate: Certificate): NodeRole | null;
  problemOf(identity: Identity): CotraceError | null;
}

/**
 * A certificate seen as an identity of one organisation. It chains to that organisation (unless it is itself an authority's), but
 * may still be revoked or without role: `validate` decides.
 */
export class Identity {
  readonly msp: IdentityRules;
  /** In the form in which Fabric knows it, its signature with low s. */
  readonly certificate: Certificate;
  /** Distinguishes identities as Fabric does: MSP id and SHA-256 of the certificate. Two certificates of one key are two. */
  readonly id: string;
  /** Its issuer, the issuer's, and so on up to the root; a root's own issuer is itself. */
  readonly authorities: readonly [Certificate, ...Certificate[]];
  #checked: { readonly problem: CotraceError | null } | null = null;
  #certifiers: Uint8Array | null = null;

  /** Use `Msp.identity` or `MspManager.deserialize`. */
  constructor(
    msp: IdentityRules,
    certificate: Certificate,
    authorities: readonly [Certificate, ...Certificate[]],
  ) {
    this.msp = msp;
    this.certificate = certificate;
    this.authorities = authorities;
    this.id = `${msp.mspId}:${toHex(sha256(certificate.der))}`;
  }

  get mspId(): string {
    return this.msp.mspId;
  }

  /** When the certificate expires. Ledgers do not care; broadcast, deliver, proposals and live attestations do. */
  get expiresAt(): Date {
    return this.certificate.notAfter;
  }

  /** The role its one NodeOU gives a valid identity; null for invalid ones and where NodeOUs are off. */
  get role(): NodeRole | null {
    return this.isValid ? this.msp.roleOf(this.certificate) : null;
  }

  get isValid(): boolean {
    return this.#invalid() === null;
  }

  /**
   * Checks what Fabric's `Validate` checks: no authority, a chain that ends at a leaf of the organisation's tree, not revoked,
   * units that are allowed and name exactly one role. With `at`, also that it has not expired then.
   *
   * Throws `IDENTITY_INVALID` (with the reason), `IDENTITY_REVOKED`, `IDENTITY_EXPIRED`.
   */
  validate(options: { readonly at?: Date } = {}): void {
    const problem = this.#invalid();
    if (problem !== null) throw problem;
    if (options.at !== undefined && options.at.getTime() > this.expiresAt.getTime()) {
      throw new CotraceError('IDENTITY_EXPIRED', 'the certificate of an identity has expired', {
        ...this.describe(),
        expiresAt: this.expiresAt.toISOString(),
      });
    }
  }

  /** Whether this identity is one of those the principal names. Source: Fabric `msp/mspimpl.go` `satisfiesPrincipalInternalV142`. */
  satisfies(principal: Principal): boolean {
    switch (principal.kind) {
      case 'role':
        if (principal.mspId !== this.mspId) return false;
        if (principal.role === 'member') return this.isValid;
        if (principal.role === 'admin' && this.msp.isAdmin(this.certificate)) return true;
        return this.isValid && this.msp.hasRole(this.certificate, principal.role);
      case 'unit':
        return (
          principal.mspId === this.mspId &&
          this.isValid &&
          this.certificate.subject.organizationalUnits.includes(principal.unit) &&
          equalBytes(principal.certifiers, this.certifiers)
        );
      case 'identity':
        return this.#isNamedBy(principal.bytes);
      case 'combined':
        return principal.principals.every((part) => this.satisfies(part));
      case 'nobody':
        return false;
    }
  }

  /** Hash of the authorities' certificates, which Fabric calls the certifiers identifier. */
  get certifiers(): Uint8Array {
    this.#certifiers ??= sha256(...this.authorities.map(({ der }) => der));
    return this.#certifiers;
  }

  /** Evidence for errors. */
  describe(): Readonly<Record<string, string>> {
    return { mspId: this.mspId, ...describeCertificate(this.certificate) };
  }

  #isNamedBy(bytes: Uint8Array): boolean {
    try {
      return this.msp.deserialize(bytes).id === this.id && this.isValid;
    } catch (error) {
      if (!isCotraceError(error)) throw error;
      return false;
    }
  }

  #invalid(): CotraceError | null {
    this.#checked ??= { problem: this.msp.problemOf(this) };
    return this.#checked.problem;
  }
}

/** `SerializedIdentity` bytes: an MSP id and a PEM certificate. */
export function serializeIdentity(mspId: string, pem: string): Uint8Array {
  return concat(lengthDelimited(1, utf8(mspId)), lengthDelimited(2, utf8(pem)));
}
