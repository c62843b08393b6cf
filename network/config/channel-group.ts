import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { common, orderer, peer, QUORUM_POLICY } from '@cotrace/fabric-model';
import type { CryptoLayout } from '../identity/layout.js';
import { foundersOf, type Organisation, type Topology } from '../topology.js';
import type { ChannelAddresses, HostAndPort } from './addresses.js';
import { DEFAULT_ACLS } from './acls.js';
import { configGroup, sortedMap, valueOf, type ConfigValueSpec } from './config-group.js';
import { bftOrdering, raftOrdering } from './consensus.js';
import { mspConfigOfFolder } from './msp-folder.js';
import { anyRoleOf, implicitMeta, outOfPeers } from './policies.js';

// The only width that Fabric accepts: data hashes are not trees (common/channelconfig/channel.go).
const NO_TREE_WIDTH = 0xffffffff;
const COMMON_POLICIES = {
  Readers: implicitMeta('ANY', 'Readers'),
  Writers: implicitMeta('ANY', 'Writers'),
  Admins: implicitMeta('MAJORITY', 'Admins'),
};

/**
 * The channel group of a new application channel without a system channel, as `configtxgen` makes it for
 * Fabric 2.5 and 3.x (internal/configtxgen/encoder/encoder.go), with the founders of the
 * topology; main, by its name `channel`, has the quorum as well. Reads the MSP folders. Throws `MSP_FOLDER`, `TLS_FOLDER`.
 */
export function channelGroup(
  topology: Topology,
  channel: string,
  layout: CryptoLayout,
  addresses: ChannelAddresses,
): common.ConfigGroup {
  return configGroup({
    policies: COMMON_POLICIES,
    values: {
      HashingAlgorithm: valueOf(
        common.HashingAlgorithmSchema,
        create(common.HashingAlgorithmSchema, { name: 'SHA256' }),
      ),
      BlockDataHashingStructure: valueOf(
        common.BlockDataHashingStructureSchema,
        create(common.BlockDataHashingStructureSchema, { width: NO_TREE_WIDTH }),
      ),
      // From V3_0 on addresses are in the orderers' organisations alone.
      ...(topology.capability === 'V2_0' && {
        OrdererAddresses: valueOf(
          common.OrdererAddressesSchema,
          ordererAddresses(addresses),
          '/Channel/Orderer/Admins',
        ),
      }),
      Capabilities: capabilities(topology.capability),
    },
    groups: {
      Orderer: ordererGroup(topology, layout, addresses),
      Application: applicationGroup(topology, channel, layout, addresses),
    },
  });
}

function ordererGroup(
  topology: Topology,
  layout: CryptoLayout,
  addresses: ChannelAddresses,
): common.ConfigGroup {
  const { batch } = topology;
  const consensus =
    topology.orderer.consensus === 'bft'
      ? bftOrdering(topology, layout, addresses)
      : raftOrdering(topology, layout, addresses);
  return configGroup({
    policies: { ...COMMON_POLICIES, BlockValidation: consensus.blockValidation },
    values: {
      BatchSize: valueOf(
        orderer.BatchSizeSchema,
        create(orderer.BatchSizeSchema, {
          maxMessageCount: batch.maxMessages,
          absoluteMaxBytes: batch.absoluteMaxBytes,
          preferredMaxBytes: batch.preferredMaxBytes,
        }),
      ),
      BatchTimeout: valueOf(
        orderer.BatchTimeoutSchema,
        create(orderer.BatchTimeoutSchema, { timeout: batch.timeout }),
      ),
      ChannelRestrictions: valueOf(
        orderer.ChannelRestrictionsSchema,
        create(orderer.ChannelRestrictionsSchema),
      ),
      Capabilities: capabilities('V2_0'),
      ConsensusType: valueOf(
        orderer.ConsensusTypeSchema,
        create(orderer.ConsensusTypeSchema, { type: consensus.type, metadata: consensus.metadata }),
      ),
      ...consensus.values,
    },
    groups: { [topology.orderer.mspId]: ordererOrganisation(topology, layout, addresses) },
  });
}

function ordererOrganisation(
  topology: Topology,
  layout: CryptoLayout,
  addresses: ChannelAddresses,
): common.ConfigGroup {
  const { mspId } = topology.orderer;
  return configGroup({
    policies: {
      Readers: anyRoleOf(mspId, ['member']),
      Writers: anyRoleOf(mspId, ['member']),
      Admins: anyRoleOf(mspId, ['admin']),
    },
    values: {
      MSP: mspValue(layout.ordererOrganisation(), mspId),
      Endpoints: valueOf(common.OrdererAddressesSchema, ordererAddresses(addresses)),
    },
  });
}

function applicationGroup(
  topology: Topology,
  channel: string,
  layout: CryptoLayout,
  { anchors }: ChannelAddresses,
): common.ConfigGroup {
  const { quorum, channels } = topology;
  const organisations = foundersOf(topology);
  const peersOf = organisations.map(({ mspId }) => mspId);
  const acls = sortedMap(DEFAULT_ACLS, (policyRef) => create(peer.APIResourceSchema, { policyRef }));
  return configGroup({
    policies: {
      ...COMMON_POLICIES,
      Endorsement: implicitMeta('MAJORITY', 'Endorsement'),
      LifecycleEndorsement: implicitMeta('MAJORITY', 'Endorsement'),
      ...(channel === channels.main && { [QUORUM_POLICY]: outOfPeers(quorum, peersOf) }),
    },
    values: {
      ACLs: valueOf(peer.ACLsSchema, create(peer.ACLsSchema, { acls })),
      Capabilities: capabilities('V2_5'),
    },
    groups: Object.fromEntries(
      organisations.map((organisation) => [
        organisation.mspId,
        applicationOrganisation(organisation, layout, anchors[organisation.name]),
      ]),
    ),
  });
}

/**
 * The group of an organisation that endorses, with its anchor peer where there is one: what `configtxgen -printOrg` prints. Reads its MSP folder.
 * Throws `MSP_FOLDER`.
 */
export function applicationOrganisation(
  organisation: Organisation,
  layout: CryptoLayout,
  anchor?: HostAndPort,
): common.ConfigGroup {
  const { mspId } = organisation;
  const anchorPeers = anchor === undefined ? [] : [create(peer.AnchorPeerSchema, { ...anchor })];
  return configGroup({
    policies: {
      Readers: anyRoleOf(mspId, ['admin', 'peer', 'client']),
      Writers: anyRoleOf(mspId, ['admin', 'client']),
      Admins: anyRoleOf(mspId, ['admin']),
      Endorsement: anyRoleOf(mspId, ['peer']),
    },
    values: {
      MSP: mspValue(layout.organisation(organisation), mspId),
      AnchorPeers: valueOf(peer.AnchorPeersSchema, create(peer.AnchorPeersSchema, { anchorPeers })),
    },
  });
}

function mspValue(organisationDir: string, mspId: string): ConfigValueSpec {
  return valueOf(common.MSPConfigSchema, mspConfigOfFolder(join(organisationDir, 'msp'), mspId));
}

function capabilities(name: string): ConfigValueSpec {
  const value = create(common.CapabilitiesSchema, {
    capabilities: { [name]: create(common.CapabilitySchema) },
  });
  return valueOf(common.CapabilitiesSchema, value);
}

function ordererAddresses({ orderers }: ChannelAddresses): common.OrdererAddresses {
  const addresses = Object.values(orderers).map(({ host, port }) => `${host}:${port}`);
  return create(common.OrdererAddressesSchema, { addresses });
}
