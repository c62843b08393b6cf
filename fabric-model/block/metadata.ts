import { create, toBinary } from '@bufbuild/protobuf';
import { MalformedError } from '@cotrace/core';
import * as common from '../gen/fabric/common_pb.js';
import { decode } from '../wire/decode.js';
import type { Block } from './block.js';

/** Indices of a block's metadata. Source: fabric-protos `common/common.proto`, BlockMetadataIndex. */
export const BLOCK_METADATA = {
  signatures: 0,
  lastConfig: 1,
  transactionsFilter: 2,
  orderer: 3,
  commitHash: 4,
} as const;

type WithMetadata = Pick<Block, 'number' | 'metadata'>;

/**
 * Validation code of every transaction, as the peer that delivered the block computed it: nothing that an
 * orderer signs. Throws `NO_TRANSACTIONS_FILTER` where their number is not that of the transactions.
 */
export function transactionsFilter(block: WithMetadata & Pick<Block, 'envelopes'>): Uint8Array {
  const flags = block.metadata[BLOCK_METADATA.transactionsFilter];
  if (flags?.length !== block.envelopes.length) {
    throw new MalformedError('NO_TRANSACTIONS_FILTER', `block ${block.number} has no code per transaction`, {
      transactions: block.envelopes.length,
      codes: flags?.length ?? 0,
    });
  }
  return flags;
}

/** The commit hash that the delivering peer computed; null where it is absent, as in block 0. */
export function commitHashOf(block: WithMetadata): Uint8Array | null {
  const { value } = metadataAt(block, BLOCK_METADATA.commitHash);
  return value.length === 0 ? null : value;
}

/**
 * Number of the configuration block in force for a block. Signed by the orderer where it is in the
 * signature metadata (Fabric 1.4.1 and later); older blocks have it in their own metadata entry.
 * Throws `BAD_PROTOBUF`. Source: Fabric `protoutil/blockutils.go`, GetLastConfigIndexFromBlock.
 */
export function lastConfigIndex(block: WithMetadata): bigint {
  const { value } = metadataAt(block, BLOCK_METADATA.signatures);
  if (value.length > 0) {
    return decode(common.OrdererBlockMetadataSchema, value).lastConfig?.index ?? 0n;
  }
  return decode(common.LastConfigSchema, metadataAt(block, BLOCK_METADATA.lastConfig).value).index;
}

/** A metadata entry; an absent one is empty. Throws `BAD_PROTOBUF`. */
export function metadataAt(block: WithMetadata, index: number): common.Metadata {
  return decode(common.MetadataSchema, block.metadata[index] ?? new Uint8Array());
}

/**
 * The value that an orderer signs with a block: the number of the configuration block in force and what its
 * consensus keeps in a block. Source: Fabric `orderer/common/multichannel/blockwriter.go`, addBlockSignature.
 */
export function ordererMetadataValue(
  lastConfig: bigint,
  consensus: Uint8Array = new Uint8Array(),
): Uint8Array {
  return toBinary(
    common.OrdererBlockMetadataSchema,
    create(common.OrdererBlockMetadataSchema, {
      lastConfig: { index: lastConfig },
      consenterMetadata: toBinary(common.MetadataSchema, create(common.MetadataSchema, { value: consensus })),
    }),
  );
}

/** The metadata entry with the number of the last configuration block, as Fabric's orderers still write it. */
export function lastConfigMetadata(lastConfig: bigint): Uint8Array {
  const value = toBinary(common.LastConfigSchema, create(common.LastConfigSchema, { index: lastConfig }));
  return toBinary(common.MetadataSchema, create(common.MetadataSchema, { value }));
}

/** The metadata entry of a commit hash. */
export function commitHashMetadata(commitHash: Uint8Array): Uint8Array {
  return toBinary(common.MetadataSchema, create(common.MetadataSchema, { value: commitHash }));
}
