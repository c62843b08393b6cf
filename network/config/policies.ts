import { create, toBinary } from '@bufbuild/protobuf';
import { common } from '@cotrace/fabric-model';

const { MSPRole_MSPRoleType: ROLE, ImplicitMetaPolicy_Rule: RULE, Policy_PolicyType: TYPE } = common;

/** A role that a policy may ask for, as in `'Org1MSP.peer'`. */
export type PolicyRole = 'member' | 'admin' | 'client' | 'peer' | 'orderer';

const ROLES: Readonly<Record<PolicyRole, common.MSPRole_MSPRoleType>> = {
  member: ROLE.MEMBER,
  admin: ROLE.ADMIN,
  client: ROLE.CLIENT,
  peer: ROLE.PEER,
  orderer: ROLE.ORDERER,
};

/** The policy `OR('mspId.role', …)`, byte for byte as common/policydsl compiles it. */
export function anyRoleOf(mspId: string, roles: readonly PolicyRole[]): common.Policy {
  return signaturePolicy(
    1,
    roles.map((role) => principalOf(mspId, role)),
  );
}

function principalOf(mspId: string, role: PolicyRole): common.MSPPrincipal {
  return create(common.MSPPrincipalSchema, {
    principalClassification: common.MSPPrincipal_Classification.ROLE,
    principal: toBinary(
      common.MSPRoleSchema,
      create(common.MSPRoleSchema, { mspIdentifier: mspId, role: ROLES[role] }),
    ),
  });
}

/** The policy of blocks under BFT: signatures of ⌈(n+f+1)/2⌉ of n consenters (common/policies/bft.go). */
export function quorumOfIdentities(consenters: readonly common.Consenter[]): common.Policy {
  const faulty = Math.floor((consenters.length - 1) / 3);
  const n = Math.ceil((consenters.length + faulty + 1) / 2);
  const identities = consenters.map(({ mspId, identity }) =>
    create(common.MSPPrincipalSchema, {
      principalClassification: common.MSPPrincipal_Classification.IDENTITY,
      principal: toBinary(
        common.SerializedIdentitySchema,
        create(common.SerializedIdentitySchema, { mspid: mspId, idBytes: identity }),
      ),
    }),
  );
  return signaturePolicy(n, identities);
}

/** The policy that `n` organisations' peers satisfy, of those named by their MSP ids. */
export function outOfPeers(n: number, mspIds: readonly string[]): common.Policy {
  return signaturePolicy(
    n,
    mspIds.map((mspId) => principalOf(mspId, 'peer')),
  );
}

function signaturePolicy(n: number, identities: common.MSPPrincipal[]): common.Policy {
  const rules = identities.map((_, i) =>
    create(common.SignaturePolicySchema, { type: { case: 'signedBy', value: i } }),
  );
  const rule = create(common.SignaturePolicySchema, {
    type: { case: 'nOutOf', value: create(common.SignaturePolicy_NOutOfSchema, { n, rules }) },
  });
  const envelope = create(common.SignaturePolicyEnvelopeSchema, { version: 0, rule, identities });
  return create(common.PolicySchema, {
    type: TYPE.SIGNATURE,
    value: toBinary(common.SignaturePolicyEnvelopeSchema, envelope),
  });
}

/** The policy `ANY subPolicy` or `MAJORITY subPolicy` over the groups below. */
export function implicitMeta(rule: 'ANY' | 'MAJORITY', subPolicy: string): common.Policy {
  const meta = create(common.ImplicitMetaPolicySchema, { subPolicy, rule: RULE[rule] });
  return create(common.PolicySchema, {
    type: TYPE.IMPLICIT_META,
    value: toBinary(common.ImplicitMetaPolicySchema, meta),
  });
}
