import type { Identity } from '../identity/identity.js';
import type { MspManager } from '../identity/manager.js';
import { isCotraceError } from '@cotrace/core';
import { satisfies, type SignatureRule } from './signature-policy.js';

/** A policy that can be evaluated: it names who must have signed. */
export type Policy =
  | SignatureRule
  /** As many of the sub-policies as `threshold` says must be satisfied. */
  | {
      readonly kind: 'implicit-meta';
      readonly threshold: number;
      /** What the policies are called in each of the groups below. */
      readonly subPolicy: string;
      readonly policies: readonly Policy[];
    }
  /** Nothing satisfies it: Fabric could not make a policy of what is configured. */
  | { readonly kind: 'reject'; readonly reason: string };

/** A signature, the bytes it is over, and the `SerializedIdentity` bytes of whoever is said to have made it. */
export interface SignedData {
  readonly identity: Uint8Array;
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Whether a set of signatures satisfies a policy. Signatures that do not verify and identities that are unknown do not count, nor
 * does a second signature of the same certificate. Source: Fabric `common/policies/policy.go`.
 */
export function evaluateSignedData(
  policy: Policy,
  signedData: readonly SignedData[],
  manager: MspManager,
): boolean {
  return evaluateIdentities(policy, signers(signedData, manager));
}

/** Whether identities, each already proven to have signed and each there once, satisfy a policy. */
export function evaluateIdentities(policy: Policy, identities: readonly Identity[]): boolean {
  switch (policy.kind) {
    case 'signature':
      return satisfies(policy.rule, identities);
    case 'implicit-meta':
      return (
        policy.policies.filter((part) => evaluateIdentities(part, identities)).length >= policy.threshold
      );
    case 'reject':
      return false;
  }
}

/**
 * The identities whose signatures verify, in order, each certificate once. Source: Fabric `SignatureSetToValidIdentities`.
 */
export function signers(signedData: readonly SignedData[], manager: MspManager): Identity[] {
  const found = new Map<string, Identity>();
  for (const { identity: bytes, data, signature } of signedData) {
    const identity = known(bytes, manager);
    if (identity !== null && !found.has(identity.id) && manager.verify(identity, data, signature)) {
      found.set(identity.id, identity);
    }
  }
  return [...found.values()];
}

/** An identity that cannot be read or is nobody's here has, for a policy, not signed. */
function known(bytes: Uint8Array, manager: MspManager): Identity | null {
  try {
    return manager.deserialize(bytes);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return null;
  }
}
