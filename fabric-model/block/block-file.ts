import { concat, MalformedError } from '@cotrace/core';
import { varint } from '../wire/varint.js';
import { WireReader, plainBytes } from '../wire/wire-reader.js';
import { blockOf, type Block, type BlockParts } from './block.js';

/**
 * Blocks of a ledger file of a Fabric peer or orderer (`chains/<channel>/blockfile_NNNNNN`): each block is
 * its length as a varint and then, in Fabric's own serialisation, number, data hash, previous hash, the
 * envelopes and the metadata, every list with its count before it.
 *
 * A block that a crash cut off at the end of the file is reported as `TRUNCATED_BLOCK_FILE`; other damage
 * as `BAD_PROTOBUF` or `TRAILING_BYTES`. Hashes are not checked here.
 * Source: Fabric `common/ledger/blkstorage/block_serialization.go`, `block_stream.go`.
 */
export function* readBlockFile(bytes: Uint8Array): Generator<Block, void, undefined> {
  const file = new WireReader(plainBytes(bytes), 'block file');
  while (file.at < file.end) {
    const start = file.at;
    yield readBlock(nextBlock(file, start));
  }
}

/** A block as it is in a ledger file, its length before it. `number` is at most 2^31−1. */
export function blockFileEntry({
  number,
  dataHash,
  previousHash,
  envelopes,
  metadata,
}: BlockParts): Uint8Array {
  const content = concat(
    varint(Number(number)),
    ...withLength(dataHash),
    ...withLength(previousHash),
    ...list(envelopes),
    ...list(metadata),
  );
  return concat(...withLength(content));
}

/** Bytes that the entry at offset `at` of a ledger file takes, its length included; null where the length is cut off. */
export function readEntryLength(bytes: Uint8Array, at: number): number | null {
  const end = bytes.subarray(at, at + MAX_LENGTH_BYTES).findIndex((byte) => byte < 0x80);
  if (end < 0) return null;
  const reader = new WireReader(plainBytes(bytes), 'block file', at);
  return end + 1 + Number(reader.uint64());
}

/** Of a varint. */
const MAX_LENGTH_BYTES = 10;

function withLength(bytes: Uint8Array): [Uint8Array, Uint8Array] {
  return [varint(bytes.length), bytes];
}

function list(items: readonly Uint8Array[]): Uint8Array[] {
  return [varint(items.length), ...items.flatMap(withLength)];
}

function nextBlock(file: WireReader, start: number): WireReader {
  try {
    return file.nested('block of a block file');
  } catch (cause) {
    throw new MalformedError(
      'TRUNCATED_BLOCK_FILE',
      'the last block of the file is incomplete, as after a crash',
      { at: start, size: file.end },
      cause,
    );
  }
}

function readBlock(reader: WireReader): Block {
  const blockNum = reader.uint64();
  const dataHash = reader.bytes();
  const previousHash = reader.bytes();
  const envelopes = readList(reader);
  const metadata = readList(reader);
  if (reader.at < reader.end) {
    throw new MalformedError('TRAILING_BYTES', 'a block of a block file has bytes after its metadata', {
      block: String(blockNum),
      bytes: reader.end - reader.at,
    });
  }
  return blockOf({ number: blockNum, previousHash, dataHash, envelopes, metadata });
}

function readList(reader: WireReader): Uint8Array[] {
  const items: Uint8Array[] = [];
  // The count is not trusted with an allocation: every item takes at least one byte.
  for (let left = reader.uint64(); left > 0n; left--) items.push(reader.bytes());
  return items;
}
