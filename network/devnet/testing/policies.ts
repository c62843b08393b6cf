import { create, toBinary } from '@bufbuild/protobuf';
import { common } from '@cotrace/fabric-model';

/** Policy that a peer of each of these organisations must endorse. */
export function peersOf(...mspIds: readonly string[]): common.SignaturePolicyEnvelope {
  const identities = mspIds.map((mspIdentifier) => ({
    principalClassification: common.MSPPrincipal_Classification.ROLE,
    principal: toBinary(
      common.MSPRoleSchema,
      create(common.MSPRoleSchema, { mspIdentifier, role: common.MSPRole_MSPRoleType.PEER }),
    ),
  }));
  const rules = mspIds.map((_, i) => ({ type: { case: 'signedBy' as const, value: i } }));
  return create(common.SignaturePolicyEnvelopeSchema, {
    rule: { type: { case: 'nOutOf', value: { n: mspIds.length, rules } } },
    identities,
  });
}
