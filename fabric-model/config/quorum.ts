import type { ConfigGroup, Policy_PolicyType } from '../gen/fabric/common_pb.js';
import { SignaturePolicyEnvelope } from '../wire/config-forms.js';
import { decode } from '../wire/decode.js';

/** Written out: the enumeration itself comes with every other one of Fabric. */
const SIGNATURE = 1 satisfies Policy_PolicyType.SIGNATURE;

/** Name of the policy in the group Application by which a consortium sets its quorum. */
export const QUORUM_POLICY = 'CotraceQuorum';

/**
 * The n of the policy `CotraceQuorum` of the group Application; null where there is none, or one that is not a single
 * n-out-of. Whom it names does not matter. Throws `BAD_PROTOBUF`.
 */
export function quorumPolicy(application: ConfigGroup): number | null {
  if (!Object.hasOwn(application.policies, QUORUM_POLICY)) return null;
  const policy = application.policies[QUORUM_POLICY]?.policy;
  if (policy?.type !== SIGNATURE) return null;
  const type = decode(SignaturePolicyEnvelope, policy.value).rule?.type;
  return type?.case === 'nOutOf' ? type.value.n : null;
}
