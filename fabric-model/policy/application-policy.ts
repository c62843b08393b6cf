import { isCotraceError } from '@cotrace/core';
import { ApplicationPolicySchema } from '../gen/fabric/common_pb.js';
import { decode } from '../wire/decode.js';
import type { Policy } from './policy.js';
import { policyAt, type PolicyTree } from './policy-tree.js';
import { signaturePolicy } from './signature-policy.js';

/**
 * The policy of `ApplicationPolicy` bytes, as chaincode definitions and collections hold them: a signature policy, or the path of one in the
 * channel's configuration. Total, since for Fabric bytes it cannot use are a policy that nothing satisfies.
 *
 * Source: Fabric `core/policy/application.go`.
 */
export function applicationPolicy(bytes: Uint8Array, channel: PolicyTree): Policy {
  try {
    const { type } = decode(ApplicationPolicySchema, bytes);
    switch (type.case) {
      case 'signaturePolicy':
        return signaturePolicy(type.value);
      case 'channelConfigPolicyReference':
        return (
          policyAt(channel, type.value) ?? {
            kind: 'reject',
            reason: `the channel has no policy ${type.value}`,
          }
        );
      default:
        return { kind: 'reject', reason: 'an application policy of unknown type' };
    }
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return { kind: 'reject', reason: error.message };
  }
}
