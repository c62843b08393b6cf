import { create, toBinary } from '@bufbuild/protobuf';
import { MalformedError } from '@cotrace/core';
import * as common from '../gen/fabric/common_pb.js';
import { decode } from '../wire/decode.js';
import { headerHash } from './header.js';

/** A block as received; the arrays are views of its bytes and must not be changed. */
export interface Block {
  readonly number: bigint;
  /** Header hash of the block before; empty in block 0. */
  readonly previousHash: Uint8Array;
  /** The data hash that the header claims; `checkBlock` compares it with the envelopes. */
  readonly dataHash: Uint8Array;
  /** SHA-256 of the header, computed here. */
  readonly headerHash: Uint8Array;
  /** Serialized envelopes, in order: the index is the transaction number. */
  readonly envelopes: readonly Uint8Array[];
  /** Block metadata by index, see `BLOCK_METADATA`. */
  readonly metadata: readonly Uint8Array[];
  /** The serialized block. */
  readonly bytes: Uint8Array;
}

/** What a block is made of; everything else about it is computed. */
export type BlockParts = Pick<Block, 'number' | 'previousHash' | 'dataHash' | 'envelopes' | 'metadata'>;

/** Block of its serialized `common.Block`. Throws `BAD_PROTOBUF`, `BLOCK_INCOMPLETE`. */
export function decodeBlock(bytes: Uint8Array): Block {
  return fromMessage(decode(common.BlockSchema, bytes), bytes);
}

/** Block of a message that was decoded already. Throws `BLOCK_INCOMPLETE`. */
export function blockFromMessage(message: common.Block): Block {
  return fromMessage(message, toBinary(common.BlockSchema, message));
}

/** Block of its parts. */
export function blockOf(parts: BlockParts): Block {
  return blockFromMessage(blockMessage(parts));
}

/** Serialized `common.Block`, with the field order of Go. */
export function encodeBlock(parts: BlockParts): Uint8Array {
  return toBinary(common.BlockSchema, blockMessage(parts));
}

/** The `common.Block` message of a block, for a response on the wire. */
export function blockMessage(parts: BlockParts): common.Block {
  return create(common.BlockSchema, {
    header: { number: parts.number, previousHash: parts.previousHash, dataHash: parts.dataHash },
    data: { data: [...parts.envelopes] },
    metadata: { metadata: [...parts.metadata] },
  });
}

function fromMessage(message: common.Block, bytes: Uint8Array): Block {
  const { header, data, metadata } = message;
  if (header === undefined || data === undefined) {
    throw new MalformedError('BLOCK_INCOMPLETE', 'a block has no header or no data', {
      length: bytes.length,
    });
  }
  return {
    number: header.number,
    previousHash: header.previousHash,
    dataHash: header.dataHash,
    headerHash: headerHash(header.number, header.previousHash, header.dataHash),
    envelopes: data.data,
    metadata: metadata?.metadata ?? [],
    bytes,
  };
}
