import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { create, toBinary } from '@bufbuild/protobuf';
import { BLOCK_METADATA, common, decode, peer } from '@cotrace/fabric-model';
import { filteredBlock } from './filtered-block.js';
import type { CommittedBlock } from '../ledger/types.js';

/** Fields of `protos.DeliverResponse`; those of `orderer.DeliverResponse` are the first two. */
const STATUS = 1;
const BLOCK = 2;
const FILTERED_BLOCK = 3;
const BLOCK_AND_PRIVATE_DATA = 4;

const EMPTY = new Uint8Array();

function field(number: number, bytes: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(bytes).finish();
}

/** The response that ends a seek. */
export function statusResponse(status: common.Status): Uint8Array {
  return new BinaryWriter().tag(STATUS, WireType.Varint).int32(status).finish();
}

/** Makes the response of one block, from its stored bytes or from what is left of it. */
export type BlockResponse = (
  channelId: string,
  block: CommittedBlock,
  headerOnly: common.Block | null,
) => Uint8Array;

function blockBytes(block: CommittedBlock, headerOnly: common.Block | null): Uint8Array {
  return headerOnly === null ? block.bytes : toBinary(common.BlockSchema, headerOnly);
}

/** Whole blocks: `Deliver` of the peer. */
export const blockResponse: BlockResponse = (_, block, headerOnly) =>
  field(BLOCK, blockBytes(block, headerOnly));

/** Whole blocks without what validation adds to them: `Deliver` of the orderer. */
export const orderedBlockResponse: BlockResponse = (_, block, headerOnly) => {
  const message = headerOnly ?? decode(common.BlockSchema, block.bytes);
  const metadata = message.metadata?.metadata.map((bytes, index) =>
    index === BLOCK_METADATA.transactionsFilter || index === BLOCK_METADATA.commitHash ? EMPTY : bytes,
  );
  const ordered = { ...message, metadata: create(common.BlockMetadataSchema, { metadata: metadata ?? [] }) };
  return field(BLOCK, toBinary(common.BlockSchema, ordered));
};

/** `DeliverFiltered` of the peer: a status in place of a block that cannot be filtered. */
export const filteredBlockResponse: BlockResponse = (channelId, block) => {
  const filtered = filteredBlock(channelId, block);
  return filtered === null
    ? statusResponse(common.Status.BAD_REQUEST)
    : field(FILTERED_BLOCK, toBinary(peer.FilteredBlockSchema, filtered));
};

/** `DeliverWithPrivateData` of the peer: there is no private data. */
export const blockAndPrivateDataResponse: BlockResponse = (_, block, headerOnly) =>
  field(BLOCK_AND_PRIVATE_DATA, field(1, blockBytes(block, headerOnly)));
