import { create, toBinary } from '@bufbuild/protobuf';
import {
  BlockSchema,
  ChannelHeaderSchema,
  ConfigEnvelopeSchema,
  EnvelopeSchema,
  HeaderType,
  OrdererAddressesSchema,
  PayloadSchema,
  SerializedIdentitySchema,
  type ConfigGroup,
} from '../gen/fabric/common_pb.js';
import { ACLsSchema } from '../gen/fabric/peer_pb.js';
import { MspManager } from '../identity/manager.js';
import type { Msp } from '../identity/msp.js';
import { hostEcdsa, hostVerifier } from '../identity/host-ecdsa.js';
import type { SignatureVerifier } from '../identity/signature.js';
import { applicationPolicy } from '../policy/application-policy.js';
import type { Policy } from '../policy/policy.js';
import { policyAt, policyTree, type PolicyTree } from '../policy/policy-tree.js';
import { decode } from '../wire/decode.js';
import { badConfig, capabilitiesOf, subgroup, valueOf } from './group.js';
import { quorumPolicy } from './quorum.js';
import { ordererSettings, type OrdererSettings } from './orderer.js';
import {
  MspRegistry,
  applicationOrganizations,
  membersOf,
  ordererOrganizations,
  type ApplicationOrganization,
  type Member,
  type OrdererOrganization,
} from './organization.js';

/**
 * The configuration of an application channel, immutable: who its organisations are, which policies hold, how it is ordered.
 *
 * The configuration is taken as valid (a config block counts by its signatures, which are checked under the configuration before it); what
 * is checked is that it can be understood. Source: Fabric `common/channelconfig`.
 */
export class ChannelConfig {
  readonly channelId: string;
  /** All of it, as it was decoded. */
  readonly group: ConfigGroup;
  /** Number of configuration updates so far. */
  readonly sequence: bigint;
  /** Sorted names of the capabilities in force. */
  readonly capabilities: {
    readonly channel: readonly string[];
    readonly application: readonly string[];
    readonly orderer: readonly string[];
  };
  readonly applicationOrgs: readonly ApplicationOrganization[];
  readonly ordererOrgs: readonly OrdererOrganization[];
  readonly orderer: OrdererSettings;
  /** Every address of the ordering service: the channel's own, then those of the organisations. */
  readonly ordererAddresses: readonly string[];
  /** Path of the policy per resource, where the channel sets one (`peer/Propose` → `/Channel/Application/Writers`). */
  readonly acls: ReadonlyMap<string, string>;
  readonly policies: PolicyTree;
  /** The quorum that the consortium has set: the n of the policy `CotraceQuorum`; null where it has not. */
  readonly quorum: number | null;
  /** Every MSP, of application and of orderer organisations, once. */
  readonly msps: readonly Msp[];

  /**
   * Reads `ConfigEnvelope` bytes (the data of a configuration transaction). Throws `BAD_PROTOBUF`, `BAD_CONFIG`, `BAD_POLICY`,
   * `CONFIG_TOO_DEEP`, `MSP_CONFIG`, `UNSUPPORTED_MSP`.
   */
  static fromConfigEnvelope(bytes: Uint8Array, channelId: string): ChannelConfig {
    const { config } = decode(ConfigEnvelopeSchema, bytes);
    if (config?.channelGroup === undefined) throw badConfig('it has no channel group');
    return new ChannelConfig(channelId, config.sequence, config.channelGroup);
  }

  /** Reads the bytes of a config block: exactly one envelope, of type CONFIG. Throws as `fromConfigEnvelope`. */
  static fromBlock(bytes: Uint8Array): ChannelConfig {
    const envelopes = decode(BlockSchema, bytes).data?.data ?? [];
    const [envelope] = envelopes;
    if (envelope === undefined || envelopes.length !== 1) {
      throw badConfig('a configuration block holds exactly one envelope', { envelopes: envelopes.length });
    }
    const { header, data } = decode(PayloadSchema, decode(EnvelopeSchema, envelope).payload);
    const { type, channelId } = decode(ChannelHeaderSchema, header?.channelHeader ?? new Uint8Array());
    if (type !== (HeaderType.CONFIG as number)) throw badConfig('the block holds no configuration', { type });
    return ChannelConfig.fromConfigEnvelope(data, channelId);
  }

  private constructor(channelId: string, sequence: bigint, channel: ConfigGroup) {
    const application = subgroup(channel, 'Application');
    const orderer = subgroup(channel, 'Orderer');
    if (application === null || orderer === null) {
      throw badConfig('it has no Application or no Orderer group', {
        groups: Object.keys(channel.groups).slice(0, 16),
      });
    }
    this.channelId = channelId;
    this.group = channel;
    this.sequence = sequence;
    this.policies = policyTree(channel, '/Channel');
    this.capabilities = {
      channel: capabilitiesOf(channel),
      application: capabilitiesOf(application),
      orderer: capabilitiesOf(orderer),
    };
    this.quorum = quorumPolicy(application);
    const registry = new MspRegistry(hostEcdsa);
    this.applicationOrgs = applicationOrganizations(application, registry);
    this.ordererOrgs = ordererOrganizations(orderer, registry);
    this.msps = registry.msps;
    this.orderer = ordererSettings(orderer);
    this.ordererAddresses = [
      ...(valueOf(channel, 'OrdererAddresses', OrdererAddressesSchema)?.addresses ?? []),
      ...this.ordererOrgs.flatMap(({ endpoints }) => endpoints),
    ];
    const { acls = {} } = valueOf(application, 'ACLs', ACLsSchema) ?? {};
    this.acls = new Map(Object.entries(acls).map(([resource, { policyRef }]) => [resource, policyRef]));
  }

  /** Whether block signatures may name their signer by consenter number (Fabric 3 channels). */
  get bft(): boolean {
    return this.capabilities.channel.includes('V3_0');
  }

  /** The members that attest and endorse: the application organisations' MSPs, each once, sorted by the bytes of the id. */
  members(): Member[] {
    return membersOf(this.applicationOrgs);
  }

  /** The policy at an absolute path (`/Channel/Application/Endorsement`), or one relative to `/Channel`; null if there is none. */
  policy(path: string): Policy | null {
    return policyAt(this.policies, path);
  }

  /** The policy of `ApplicationPolicy` bytes on this channel; one that nothing satisfies where they cannot be used. */
  applicationPolicy(bytes: Uint8Array): Policy {
    return applicationPolicy(bytes, this.policies);
  }

  /** `SerializedIdentity` bytes of a consenter by its number; null if the channel has none of it. */
  consenterIdentity(id: number): Uint8Array | null {
    const consenter = this.orderer.consenters.find((candidate) => candidate.id === id);
    if (consenter === undefined) return null;
    const { mspId: mspid, identity: idBytes } = consenter;
    return toBinary(SerializedIdentitySchema, create(SerializedIdentitySchema, { mspid, idBytes }));
  }

  /** A manager of every MSP of the channel, by default in plain TypeScript. It caches identities: make one per configuration. */
  manager(verifier: SignatureVerifier = hostVerifier): MspManager {
    return new MspManager(this.msps, verifier);
  }
}
