import { KeyObject, sign } from 'node:crypto';
import { create, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import {
  BlockDataHashingStructureSchema,
  CapabilitiesSchema,
  ConfigEnvelopeSchema,
  ConfigGroupSchema,
  HashingAlgorithmSchema,
  ImplicitMetaPolicy_Rule,
  ImplicitMetaPolicySchema,
  MSPConfigSchema,
  MSPPrincipalSchema,
  MSPPrincipal_Classification,
  MSPRoleSchema,
  MSPRole_MSPRoleType,
  OrdererAddressesSchema,
  Policy_PolicyType,
  SignaturePolicyEnvelopeSchema,
  type ConfigGroup,
} from '../../gen/fabric/common_pb.js';
import {
  BatchSizeSchema,
  BatchTimeoutSchema,
  ConsensusTypeSchema,
  RaftConfigMetadataSchema,
} from '../../gen/fabric/orderer_pb.js';
import { ChannelConfig } from '../../config/channel-config.js';
import { toLowS } from '../../identity/signature.js';
import { issue, mspConfig, serialized } from '../../identity/testing/pki.js';
import type { UpdateSigner } from '../signing.js';

const ADMINS = 'Admins';

/** A value of a group, changed by its administrators. */
export function valueOf<D extends DescMessage>(schema: D, fields: MessageInitShape<D>) {
  return { modPolicy: ADMINS, value: toBinary(schema, create(schema, fields)) };
}

/** Capabilities by their names. */
export function capabilities(...names: string[]) {
  return valueOf(CapabilitiesSchema, {
    capabilities: Object.fromEntries(names.map((name) => [name, {}])),
  });
}

function meta(rule: ImplicitMetaPolicy_Rule, subPolicy = ADMINS) {
  const value = toBinary(ImplicitMetaPolicySchema, create(ImplicitMetaPolicySchema, { rule, subPolicy }));
  return { modPolicy: ADMINS, policy: { type: Policy_PolicyType.IMPLICIT_META, value } };
}

function administratorOf(mspIdentifier: string) {
  const role = create(MSPRoleSchema, { mspIdentifier, role: MSPRole_MSPRoleType.ADMIN });
  const principal = create(MSPPrincipalSchema, {
    principalClassification: MSPPrincipal_Classification.ROLE,
    principal: toBinary(MSPRoleSchema, role),
  });
  const policy = create(SignaturePolicyEnvelopeSchema, {
    rule: { type: { case: 'signedBy', value: 0 } },
    identities: [principal],
  });
  const value = toBinary(SignaturePolicyEnvelopeSchema, policy);
  return { modPolicy: ADMINS, policy: { type: Policy_PolicyType.SIGNATURE, value } };
}

/** An organisation of a test: its group in a configuration, an administrator, and somebody who is none. */
export interface TestOrganisation {
  readonly mspId: string;
  readonly group: ConfigGroup;
  readonly admin: UpdateSigner;
  readonly client: UpdateSigner;
}

/** An organisation with certificates of its own; one that orders says where. */
export async function organisation(mspId: string, ...endpoints: string[]): Promise<TestOrganisation> {
  const root = await issue({ subject: `CN=ca.${mspId}` });
  const config = mspConfig({ name: mspId, rootCerts: [root.pem] });
  const signer = async (role: string): Promise<UpdateSigner> => {
    const { pem, keys } = await issue({ subject: `CN=${role}, OU=${role}`, issuer: root });
    const key = KeyObject.from(keys.privateKey);
    return { serialized: serialized(mspId, pem), sign: (message) => toLowS(sign('sha256', message, key)) };
  };
  const group = create(ConfigGroupSchema, {
    modPolicy: ADMINS,
    policies: { Admins: administratorOf(mspId) },
    values: {
      MSP: valueOf(MSPConfigSchema, { config }),
      ...(endpoints.length > 0 && { Endpoints: valueOf(OrdererAddressesSchema, { addresses: endpoints }) }),
    },
  });
  return { mspId, group, admin: await signer('admin'), client: await signer('client') };
}

/** Raft with consenters of these names. */
export function raft(...consenters: string[]) {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const metadata = create(RaftConfigMetadataSchema, {
    consenters: consenters.map((host) => ({
      host,
      port: 7050,
      clientTlsCert: bytes(`client ${host}`),
      serverTlsCert: bytes(`server ${host}`),
    })),
    options: { tickInterval: '500ms', electionTick: 10, heartbeatTick: 1, maxInflightBlocks: 5 },
  });
  return toBinary(RaftConfigMetadataSchema, metadata);
}

/** A channel group as `configtxgen` makes it, of organisations that endorse and one that orders. */
export function channelOf(members: readonly TestOrganisation[], orderer: TestOrganisation): ConfigGroup {
  const { MAJORITY } = ImplicitMetaPolicy_Rule;
  const group = { modPolicy: ADMINS, policies: { Admins: meta(MAJORITY) } };
  return create(ConfigGroupSchema, {
    ...group,
    values: {
      HashingAlgorithm: valueOf(HashingAlgorithmSchema, { name: 'SHA256' }),
      BlockDataHashingStructure: valueOf(BlockDataHashingStructureSchema, { width: 0xffffffff }),
      Capabilities: capabilities('V2_0'),
    },
    groups: {
      Application: {
        ...group,
        values: { Capabilities: capabilities('V2_5') },
        groups: Object.fromEntries(members.map(({ mspId, group: own }) => [mspId, own])),
      },
      Orderer: {
        ...group,
        values: {
          Capabilities: capabilities('V2_0'),
          BatchSize: valueOf(BatchSizeSchema, {
            maxMessageCount: 10,
            absoluteMaxBytes: 1000,
            preferredMaxBytes: 100,
          }),
          BatchTimeout: valueOf(BatchTimeoutSchema, { timeout: '2s' }),
          ConsensusType: valueOf(ConsensusTypeSchema, { type: 'etcdraft', metadata: raft('one') }),
        },
        groups: { [orderer.mspId]: orderer.group },
      },
    },
  });
}

/** The configuration of the channel `main` that a group is, after so many updates. */
export function configOf(channelGroup: ConfigGroup, sequence = 0n): ChannelConfig {
  const envelope = create(ConfigEnvelopeSchema, { config: { sequence, channelGroup } });
  return ChannelConfig.fromConfigEnvelope(toBinary(ConfigEnvelopeSchema, envelope), 'main');
}
