import { OrderersSchema, type ConfigGroup, type Consenter } from '../gen/fabric/common_pb.js';
import {
  BatchSizeSchema,
  BatchTimeoutSchema,
  ConsensusTypeSchema,
  RaftConfigMetadataSchema,
  type ConsensusType_State,
  type RaftConfigMetadata,
} from '../gen/fabric/orderer_pb.js';
import { decode } from '../wire/decode.js';
import { badConfig, valueOf } from './group.js';

/** How the ordering service of a channel works. */
export interface OrdererSettings {
  /** `etcdraft`, `BFT`, or `solo` in old ledgers. */
  readonly consensusType: string;
  /** Whether transactions are ordered, or the channel is being migrated to another consensus. */
  readonly consensusState: ConsensusType_State;
  /** What the consensus is set up with: of Raft, `RaftConfigMetadata` bytes. */
  readonly consensusMetadata: Uint8Array;
  /** The consenters and options of Raft, null under another consensus. */
  readonly raft: RaftConfigMetadata | null;
  /** The consenters by number, which sign blocks under BFT; empty elsewhere. */
  readonly consenters: readonly Consenter[];
  /** Limits of a batch: transactions, and bytes. All above 0. */
  readonly batchSize: {
    readonly maxMessageCount: number;
    readonly absoluteMaxBytes: number;
    readonly preferredMaxBytes: number;
  };
  /** Longest wait for a batch to fill, as Go writes durations (`200ms`). */
  readonly batchTimeout: string;
}

/** Reads the Orderer group. Throws `BAD_CONFIG`, `BAD_PROTOBUF`. Source: Fabric `common/channelconfig/orderer.go`. */
export function ordererSettings(group: ConfigGroup): OrdererSettings {
  const size = valueOf(group, 'BatchSize', BatchSizeSchema);
  const timeout = valueOf(group, 'BatchTimeout', BatchTimeoutSchema);
  const consensus = valueOf(group, 'ConsensusType', ConsensusTypeSchema);
  if (size === null || timeout === null || consensus === null) {
    throw badConfig('the orderer has no batch size, batch timeout or consensus type');
  }
  const { maxMessageCount, absoluteMaxBytes, preferredMaxBytes } = size;
  if (maxMessageCount === 0 || preferredMaxBytes === 0 || absoluteMaxBytes < preferredMaxBytes) {
    throw badConfig('the limits of a batch are wrong', {
      maxMessageCount,
      absoluteMaxBytes,
      preferredMaxBytes,
    });
  }
  return {
    consensusType: consensus.type,
    consensusState: consensus.state,
    consensusMetadata: consensus.metadata,
    raft: consensus.type === 'etcdraft' ? decode(RaftConfigMetadataSchema, consensus.metadata) : null,
    consenters: valueOf(group, 'Orderers', OrderersSchema)?.consenterMapping ?? [],
    batchSize: { maxMessageCount, absoluteMaxBytes, preferredMaxBytes },
    batchTimeout: timeout.timeout,
  };
}
