import type { Identity } from '../identity/identity.js';
import { evaluateIdentities, type Policy } from './policy.js';

/**
 * Why identities, as `evaluateIdentities` takes them, do not satisfy a policy, in Fabric's words; null where they do.
 * Source: Fabric `common/policies/implicitmeta.go`, `common/cauthdsl/policy.go`.
 */
export function policyFailure(policy: Policy, identities: readonly Identity[]): string | null {
  if (evaluateIdentities(policy, identities)) return null;
  switch (policy.kind) {
    case 'signature':
      return 'signature set did not satisfy policy';
    case 'reject':
      return policy.reason;
    case 'implicit-meta': {
      const satisfied = policy.policies.filter((part) => evaluateIdentities(part, identities)).length;
      const needed = `this policy requires ${policy.threshold} of the '${policy.subPolicy}' sub-policies to be satisfied`;
      return `implicit policy evaluation failed - ${satisfied} sub-policies were satisfied, but ${needed}`;
    }
  }
}
