import { create, toBinary } from '@bufbuild/protobuf';
import * as common from '../gen/fabric/common_pb.js';
import { implicitCollectionOf } from '../lifecycle/approval.js';
import { LIFECYCLE_NAMESPACE } from '../transaction/domains.js';
import type { Policy } from '../policy/policy.js';
import { signaturePolicy } from '../policy/signature-policy.js';
import type { ValidationContext } from './context.js';

const LIFECYCLE_POLICY = '/Channel/Application/LifecycleEndorsement';

/** Who validates a namespace's transactions, and by which policy; null if it is not defined. */
export function namespacePolicy(
  namespace: string,
  { config, definition }: ValidationContext,
): { readonly plugin: string; readonly policy: Policy } | null {
  if (namespace === LIFECYCLE_NAMESPACE) {
    return { plugin: 'vscc', policy: config.policy(LIFECYCLE_POLICY) ?? majorityOfMembers(config) };
  }
  const { validationPlugin, policyBytes } = definition(namespace) ?? {};
  if (validationPlugin === undefined || validationPlugin === '') return null;
  if (policyBytes === undefined || policyBytes.length === 0) return null;
  return { plugin: validationPlugin, policy: config.applicationPolicy(policyBytes) };
}

/**
 * Policy of a private data collection. 'chaincode': that of its chaincode; null: there is no such
 * collection, or no such organisation. Source: Fabric `lifecycle/deployedcc_infoprovider.go`,
 * CollectionValidationInfo.
 */
export function collectionPolicy(
  namespace: string,
  collection: string,
  { config, definition }: ValidationContext,
): Policy | 'chaincode' | null {
  const organization = implicitCollectionOf(collection);
  if (organization !== null) return organizationPolicy(organization, config);
  const found = definition(namespace)
    ?.collections.config.map(({ payload }) => payload.value)
    .find((candidate) => candidate?.name === collection);
  if (found === undefined) return null;
  const { endorsementPolicy } = found;
  if (endorsementPolicy === undefined) return 'chaincode';
  return config.applicationPolicy(toBinary(common.ApplicationPolicySchema, endorsementPolicy));
}

function organizationPolicy(mspId: string, config: ValidationContext['config']): Policy | null {
  const organization = config.applicationOrgs.find((candidate) => candidate.mspId === mspId);
  if (organization === undefined) return null;
  return config.policy(`/Channel/Application/${organization.name}/Endorsement`) ?? membersPolicy(1, [mspId]);
}

/** Fabric's rule for channels that do not say who endorses chaincode definitions. */
function majorityOfMembers({ applicationOrgs }: ValidationContext['config']): Policy {
  const ids = applicationOrgs.map(({ mspId }) => mspId);
  return membersPolicy(Math.floor(ids.length / 2) + 1, ids);
}

function membersPolicy(n: number, mspIds: readonly string[]): Policy {
  const identities = mspIds.map((mspIdentifier) => ({
    principalClassification: common.MSPPrincipal_Classification.ROLE,
    principal: toBinary(
      common.MSPRoleSchema,
      create(common.MSPRoleSchema, { mspIdentifier, role: common.MSPRole_MSPRoleType.MEMBER }),
    ),
  }));
  const rules = mspIds.map((_, i) => ({ type: { case: 'signedBy' as const, value: i } }));
  return signaturePolicy(
    create(common.SignaturePolicyEnvelopeSchema, {
      rule: { type: { case: 'nOutOf', value: { n, rules } } },
      identities,
    }),
  );
}
