import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { ChannelConfig } from '../../config/channel-config.js';
import * as common from '../../gen/fabric/common_pb.js';
import * as orderer from '../../gen/fabric/orderer_pb.js';
import { issue, mspConfig, serialized, sign, type Issued } from '../../identity/testing/pki.js';
import type { MspManager } from '../../identity/manager.js';

type GroupInit = MessageInitShape<typeof common.ConfigGroupSchema>;
type PolicyInit = MessageInitShape<typeof common.ConfigPolicySchema>;

/** Someone who signs: a certificate of an organisation, by name and NodeOU. */
export interface Signer {
  readonly mspId: string;
  /** Serialized identity. */
  readonly bytes: Uint8Array;
  readonly certificate: Uint8Array;
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
}

/** An organisation with one signer per role. */
export interface TestOrganization {
  readonly mspId: string;
  readonly authority: Issued;
  readonly client: Signer;
  readonly peer: Signer;
  readonly orderer: Signer;
}

/** An organisation whose certificates name their role by NodeOU. */
export async function organization(mspId: string): Promise<TestOrganization> {
  const authority = await issue({ subject: `CN=ca.${mspId}` });
  const signer = async (role: string): Promise<Signer> => {
    const { keys, pem } = await issue({ subject: `CN=${role}.${mspId}, OU=${role}`, issuer: authority });
    return {
      mspId,
      bytes: serialized(mspId, pem),
      certificate: pem,
      sign: (message) => sign(keys, message),
    };
  };
  return {
    mspId,
    authority,
    client: await signer('client'),
    peer: await signer('peer'),
    orderer: await signer('orderer'),
  };
}

/** Signature policy `n` out of the roles given. */
export function rolesPolicy(
  n: number,
  mspIds: readonly string[],
  role = common.MSPRole_MSPRoleType.MEMBER,
): common.SignaturePolicyEnvelope {
  return create(common.SignaturePolicyEnvelopeSchema, {
    rule: {
      type: {
        case: 'nOutOf',
        value: { n, rules: mspIds.map((_, i) => ({ type: { case: 'signedBy' as const, value: i } })) },
      },
    },
    identities: mspIds.map((mspIdentifier) => ({
      principalClassification: common.MSPPrincipal_Classification.ROLE,
      principal: toBinary(common.MSPRoleSchema, create(common.MSPRoleSchema, { mspIdentifier, role })),
    })),
  });
}

function signed(policy: common.SignaturePolicyEnvelope): PolicyInit {
  const value = toBinary(common.SignaturePolicyEnvelopeSchema, policy);
  return { policy: { type: common.Policy_PolicyType.SIGNATURE, value } };
}

function implicit(subPolicy: string, rule: common.ImplicitMetaPolicy_Rule): PolicyInit {
  const value = toBinary(
    common.ImplicitMetaPolicySchema,
    create(common.ImplicitMetaPolicySchema, { subPolicy, rule }),
  );
  return { policy: { type: common.Policy_PolicyType.IMPLICIT_META, value } };
}

function organizationGroup({ mspId, authority }: TestOrganization): GroupInit {
  const config = mspConfig({ name: mspId, rootCerts: [authority.pem] });
  const value = toBinary(common.MSPConfigSchema, create(common.MSPConfigSchema, { config }));
  const { MEMBER, PEER } = common.MSPRole_MSPRoleType;
  return {
    values: { MSP: { value } },
    policies: {
      Readers: signed(rolesPolicy(1, [mspId], MEMBER)),
      Writers: signed(rolesPolicy(1, [mspId], MEMBER)),
      Endorsement: signed(rolesPolicy(1, [mspId], PEER)),
    },
  };
}

/** A channel with its configuration and a manager of its identities. */
export interface TestChannel {
  readonly config: ChannelConfig;
  readonly manager: MspManager;
}

/**
 * A channel of `members`, ordered by `orderers`: endorsements by a majority, blocks signed by any orderer or,
 * with `bft`, by a quorum of the orderers, numbered from 1.
 */
export function channel(
  channelId: string,
  members: readonly TestOrganization[],
  orderers: readonly TestOrganization[],
  bft = false,
): TestChannel {
  const { ANY, MAJORITY } = common.ImplicitMetaPolicy_Rule;
  const groups = (organizations: readonly TestOrganization[]): Record<string, GroupInit> =>
    Object.fromEntries(organizations.map((one) => [`${one.mspId}Group`, organizationGroup(one)]));
  const group: GroupInit = {
    values: { Capabilities: { value: capability(bft ? 'V3_0' : 'V2_0') } },
    groups: {
      Application: {
        groups: groups(members),
        policies: {
          Endorsement: implicit('Endorsement', MAJORITY),
          LifecycleEndorsement: implicit('Endorsement', MAJORITY),
        },
      },
      Orderer: {
        groups: groups(orderers),
        values: ordererValues(bft ? orderers : []),
        policies: {
          BlockValidation: bft ? signed(quorumOf(orderers)) : implicit('Writers', ANY),
        },
      },
    },
  };
  const bytes = toBinary(
    common.ConfigEnvelopeSchema,
    create(common.ConfigEnvelopeSchema, { config: { sequence: 1n, channelGroup: group } }),
  );
  const config = ChannelConfig.fromConfigEnvelope(bytes, channelId);
  return { config, manager: config.manager() };
}

function capability(name: string): Uint8Array {
  return toBinary(
    common.CapabilitiesSchema,
    create(common.CapabilitiesSchema, { capabilities: { [name]: {} } }),
  );
}

function ordererValues(consenters: readonly TestOrganization[]): NonNullable<GroupInit['values']> {
  const size = { maxMessageCount: 10, absoluteMaxBytes: 1_000_000, preferredMaxBytes: 500_000 };
  const mapping = consenters.map(({ mspId, orderer: { certificate } }, i) => ({
    id: i + 1,
    mspId,
    identity: certificate,
  }));
  const encode = {
    BatchSize: toBinary(orderer.BatchSizeSchema, create(orderer.BatchSizeSchema, size)),
    BatchTimeout: toBinary(orderer.BatchTimeoutSchema, create(orderer.BatchTimeoutSchema, { timeout: '1s' })),
    ConsensusType: toBinary(
      orderer.ConsensusTypeSchema,
      create(orderer.ConsensusTypeSchema, { type: mapping.length === 0 ? 'etcdraft' : 'BFT' }),
    ),
    Orderers: toBinary(common.OrderersSchema, create(common.OrderersSchema, { consenterMapping: mapping })),
  };
  return Object.fromEntries(Object.entries(encode).map(([name, value]) => [name, { value }]));
}

/** Fabric's policy of a BFT channel: ⌈(n+f+1)/2⌉ of the consenters' identities. */
function quorumOf(consenters: readonly TestOrganization[]): common.SignaturePolicyEnvelope {
  const n = consenters.length;
  const quorum = Math.ceil((n + Math.floor((n - 1) / 3) + 1) / 2);
  const policy = rolesPolicy(
    quorum,
    consenters.map(({ mspId }) => mspId),
  );
  policy.identities = consenters.map((consenter) =>
    create(common.MSPPrincipalSchema, {
      principalClassification: common.MSPPrincipal_Classification.IDENTITY,
      principal: consenter.orderer.bytes,
    }),
  );
  return policy;
}
