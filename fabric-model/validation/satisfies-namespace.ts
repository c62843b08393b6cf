import { isCotraceError } from '@cotrace/core';
import type { Identity } from '../identity/identity.js';
import { evaluateIdentities, type Policy } from '../policy/policy.js';
import { parseSignaturePolicy } from '../policy/signature-policy.js';
import type { NamespaceRwset } from '../transaction/rwset.js';
import type { ValidationContext } from './context.js';
import { collectionPolicy } from './namespace-policy.js';

/**
 * Whether the endorsers satisfy the policies of what a transaction writes in a namespace: of each key that has
 * its own, of each collection that has its own, and the chaincode's for all else, or if nothing else applied.
 * Source: Fabric `core/common/validation/statebased/v20.go`, `validator_keylevel.go`.
 */
export function satisfiesNamespace(
  { namespace, writes, metadataWrites, collections }: NamespaceRwset,
  chaincode: Policy,
  endorsers: readonly Identity[],
  context: ValidationContext,
): boolean {
  const policies = new Set<Policy>();
  for (const { key } of [...writes, ...metadataWrites]) {
    const own = keyPolicy(namespace, key, context);
    if (own === null) policies.add(chaincode);
    else if (own === 'changed' || !evaluateIdentities(own, endorsers)) return false;
    else policies.add(SATISFIED);
  }
  for (const { name, writes: hashes, metadataWrites: metadata } of collections) {
    if (hashes.length === 0 && metadata.length === 0) continue;
    if (context.held !== undefined) {
      policies.add(SATISFIED);
      continue;
    }
    const own = collectionPolicy(namespace, name, context);
    if (own === null) return false;
    policies.add(own === 'chaincode' ? chaincode : own);
  }
  if (policies.size === 0) policies.add(chaincode);
  return [...policies].every((policy) => evaluateIdentities(policy, endorsers));
}

/** Stands for a policy that was evaluated, or that only others can evaluate: the chaincode's need not apply any more. */
const SATISFIED: Policy = { kind: 'implicit-meta', threshold: 0, subPolicy: '', policies: [] };

function keyPolicy(namespace: string, key: string, context: ValidationContext): Policy | 'changed' | null {
  const parameter = context.keyPolicy?.(namespace, key) ?? null;
  if (parameter === null || parameter === 'changed') return parameter;
  if (parameter.length === 0) return null;
  try {
    return parseSignaturePolicy(parameter);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return { kind: 'reject', reason: error.message };
  }
}
