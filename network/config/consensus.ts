import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { CotraceError, utf8 } from '@cotrace/core';
import { common, orderer } from '@cotrace/fabric-model';
import type { CryptoLayout } from '../identity/layout.js';
import { loadIdentity } from '../identity/signer.js';
import { loadTls } from '../identity/tls.js';
import { ordererNodes, type Topology } from '../topology.js';
import type { ChannelAddresses, HostAndPort } from './addresses.js';
import { valueOf, type ConfigValueSpec } from './config-group.js';
import { implicitMeta, quorumOfIdentities } from './policies.js';

const REQUEST_POOL_SIZE = 100_000n;

/** What of the orderer group depends on the consensus. */
export interface Ordering {
  readonly type: 'etcdraft' | 'BFT';
  readonly metadata: Uint8Array;
  readonly blockValidation: common.Policy;
  readonly values: Readonly<Record<string, ConfigValueSpec>>;
}

/** Raft, with the options that configtxgen takes where none are given. Throws `TLS_FOLDER`. */
export function raftOrdering(
  topology: Topology,
  layout: CryptoLayout,
  addresses: ChannelAddresses,
): Ordering {
  const consenters = ordererNodes(topology).map(({ name }) => {
    const tlsCertificate = tlsCertificateOf(layout, name);
    return { ...addressOf(addresses, name), clientTlsCert: tlsCertificate, serverTlsCert: tlsCertificate };
  });
  const metadata = create(orderer.RaftConfigMetadataSchema, {
    consenters,
    options: {
      tickInterval: '500ms',
      electionTick: 10,
      heartbeatTick: 1,
      maxInflightBlocks: 5,
      snapshotIntervalSize: 16 * 1024 * 1024,
    },
  });
  return {
    type: 'etcdraft',
    metadata: toBinary(orderer.RaftConfigMetadataSchema, metadata),
    blockValidation: implicitMeta('ANY', 'Writers'),
    values: {},
  };
}

/**
 * SmartBFT: the consenters are in a value of their own, and a block needs the signatures of a quorum of them
 * (common/policies/bft.go). Batches are cut as the topology says; the rest are the options of
 * Fabric's sample configuration. Leaders do not rotate, whatever the options say. Throws `TLS_FOLDER`, `MSP_FOLDER`.
 */
export function bftOrdering(topology: Topology, layout: CryptoLayout, addresses: ChannelAddresses): Ordering {
  const { mspId } = topology.orderer;
  const { batch } = topology;
  const consenterMapping = ordererNodes(topology).map(({ name }, i) => {
    const tlsCertificate = tlsCertificateOf(layout, name);
    return create(common.ConsenterSchema, {
      id: i + 1,
      ...addressOf(addresses, name),
      mspId,
      identity: identityOf(layout, name, mspId),
      clientTlsCert: tlsCertificate,
      serverTlsCert: tlsCertificate,
    });
  });
  const options = create(orderer.BftOptionsSchema, {
    requestBatchMaxCount: BigInt(batch.maxMessages),
    requestBatchMaxBytes: BigInt(batch.absoluteMaxBytes),
    requestBatchMaxInterval: batch.timeout,
    incomingMessageBufferSize: 200n,
    requestPoolSize: REQUEST_POOL_SIZE,
    requestForwardTimeout: '5s',
    requestComplainTimeout: '20s',
    requestAutoRemoveTimeout: '3m0s',
    viewChangeResendInterval: '5s',
    viewChangeTimeout: '20s',
    leaderHeartbeatTimeout: '1m0s',
    leaderHeartbeatCount: 10n,
    collectTimeout: '1s',
  });
  return {
    type: 'BFT',
    metadata: toBinary(orderer.BftOptionsSchema, options),
    blockValidation: quorumOfIdentities(consenterMapping),
    values: { Orderers: valueOf(common.OrderersSchema, create(common.OrderersSchema, { consenterMapping })) },
  };
}

function addressOf({ orderers }: ChannelAddresses, name: string): HostAndPort {
  const address = orderers[name];
  if (address !== undefined) return address;
  throw new CotraceError('TOPOLOGY', `the ordering node ${name} has no address`, { name });
}

function tlsCertificateOf(layout: CryptoLayout, name: string): Uint8Array {
  return new Uint8Array(loadTls(join(layout.orderer(name), 'tls')).certificate);
}

function identityOf(layout: CryptoLayout, name: string, mspId: string): Uint8Array {
  return utf8(loadIdentity(join(layout.orderer(name), 'msp'), mspId).certificate);
}
