import { CotraceError, equalBytes } from '@cotrace/core';
import { describeCertificate, isSignedBy, type Certificate } from './certificate.js';
import type { EcdsaVerifier } from './ecdsa.js';

const ANY_USAGE = '2.5.29.37.0';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
/** Go's bound on signature checks per verification: authorities could otherwise be arranged to cost exponential time. */
const MAX_SIGNATURE_CHECKS = 100;

/** The certificates that chains may be built from. */
export interface Authorities {
  readonly roots: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  /** Checks what they signed. */
  readonly ecdsa: EcdsaVerifier;
}

/**
 * The one chain from `certificate` (first) to a root (last); a root itself is a chain of one.
 *
 * As Fabric does, at the second after the certificate's `notBefore`: expiry never invalidates what a ledger holds, but every
 * authority must have been valid at that moment. Names are compared as bytes, authorities need the CA flag and the
 * right to sign, path lengths count, and a certificate with extended key usages must name server authentication
 * (Go's default where none is asked for). Throws `BAD_CHAIN` with the reasons, also where there are several chains.
 *
 * Source: Fabric `msp/mspimpl.go` `getUniqueValidationChain`, Go 1.26 crypto/x509 `Verify`.
 */
export function uniqueChain(certificate: Certificate, authorities: Authorities): readonly Certificate[] {
  const search = new ChainSearch(authorities, certificate.notBefore.getTime() + 1000);
  const chains = search.from(certificate);
  const [chain] = chains;
  if (chain === undefined || chains.length !== 1) {
    throw new CotraceError(
      'BAD_CHAIN',
      chain === undefined
        ? 'the certificate does not chain to an authority of its organisation'
        : 'the certificate chains to its organisation in more than one way, which Fabric refuses',
      {
        ...describeCertificate(certificate),
        chains: chains.length,
        reasons: search.reasons,
      },
    );
  }
  return chain;
}

class ChainSearch {
  readonly reasons: string[] = [];
  readonly #authorities: Authorities;
  readonly #at: number;
  #checks = 0;

  constructor(authorities: Authorities, at: number) {
    this.#authorities = authorities;
    this.#at = at;
  }

  from(certificate: Certificate): readonly (readonly Certificate[])[] {
    if (!this.#holds(certificate, this.#invalid(certificate, 0))) return [];
    const isRoot = this.#authorities.roots.some(({ der }) => equalBytes(der, certificate.der));
    const chains = isRoot ? [[certificate]] : this.#extend([certificate], certificate);
    return chains.filter((chain) => chain.every((member) => this.#holds(member, wrongUsage(member))));
  }

  #extend(chain: readonly Certificate[], last: Certificate): readonly (readonly Certificate[])[] {
    const { roots, intermediates } = this.#authorities;
    const toRoots = this.#parents(roots, chain, last).map((root) => [...chain, root]);
    const further = this.#parents(intermediates, chain, last)
      .filter((parent) => this.#holds(parent, parent.isCA ? null : 'is not an authority'))
      .flatMap((parent) => this.#extend([...chain, parent], parent));
    return [...toRoots, ...further];
  }

  #parents(
    candidates: readonly Certificate[],
    chain: readonly Certificate[],
    child: Certificate,
  ): Certificate[] {
    return candidates.filter((candidate) => {
      if (!equalBytes(candidate.subject.raw, child.issuer.raw)) return false;
      if (++this.#checks > MAX_SIGNATURE_CHECKS)
        return this.#holds(candidate, 'too many signatures to check');
      if (isAlreadyIn(chain, candidate)) return false;
      const isSigned = isSignedBy(child, candidate, this.#authorities.ecdsa);
      const signed = isSigned ? null : 'did not sign the certificate below it';
      return this.#holds(candidate, signed ?? this.#invalid(candidate, chain.length));
    });
  }

  /** Why a certificate cannot be where `below` certificates come before it. */
  #invalid(certificate: Certificate, below: number): string | null {
    const { unhandled, notBefore, notAfter, maxPathLength } = certificate;
    if (unhandled.length > 0)
      return `has extensions that are not supported: ${unhandled.join(', ').slice(0, 100)}`;
    if (this.#at < notBefore.getTime() || this.#at > notAfter.getTime())
      return 'was not valid when the certificate was issued';
    if (maxPathLength !== null && below - 1 > maxPathLength)
      return 'has more intermediate certificates below it than it allows';
    return null;
  }

  #holds(certificate: Certificate, reason: string | null): boolean {
    if (reason !== null) this.reasons.push(`${describeCertificate(certificate).subject}: ${reason}`);
    return reason === null;
  }
}

function wrongUsage({ extendedKeyUsage }: Certificate): string | null {
  const suits =
    extendedKeyUsage.length === 0 ||
    extendedKeyUsage.some((usage) => usage === ANY_USAGE || usage === SERVER_AUTH);
  return suits ? null : 'has extended key usages without server authentication, which Go requires';
}

/** Whether a chain speaks of the candidate's name, key and alternative names already (Go's `alreadyInChain`, its early end included). */
function isAlreadyIn(chain: readonly Certificate[], candidate: Certificate): boolean {
  for (const member of chain) {
    if (!equalBytes(member.subject.raw, candidate.subject.raw)) continue;
    if (!equalBytes(member.publicKeyInfo, candidate.publicKeyInfo)) continue;
    const [names, others] = [member.subjectAltName, candidate.subjectAltName];
    if (names === null || others === null) return names === others;
    if (equalBytes(names, others)) return true;
  }
  return false;
}
