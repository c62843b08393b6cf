import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { concat, CotraceError } from '@cotrace/core';
import { blockFileEntry, readBlockFile, readEntryLength, type Block } from '@cotrace/fabric-model';

/** Bytes that are read at once: some blocks. */
const PORTION = 1 << 20;

/** What was written. */
export interface WrittenBlocks {
  readonly blocks: number;
  readonly bytes: number;
}

/** Writes blocks as a Fabric peer does, as they come. */
export async function writeLedgerFile(path: string, blocks: AsyncIterable<Block>): Promise<WrittenBlocks> {
  const written = { blocks: 0, bytes: 0 };
  await pipeline(async function* () {
    for await (const block of blocks) {
      const entry = blockFileEntry(block);
      written.blocks += 1;
      written.bytes += entry.length;
      yield entry;
    }
  }, createWriteStream(path));
  return written;
}

/**
 * The blocks of a file that a Fabric peer or `writeLedgerFile` wrote, in bounded memory. Throws as `readBlockFile`, and
 * `TRUNCATED_BLOCK_FILE` where it ends within a block.
 */
export async function* readLedgerFile(path: string): AsyncGenerator<Block> {
  let pending: Uint8Array = new Uint8Array();
  for await (const portion of createReadStream(path, { highWaterMark: PORTION })) {
    pending = concat(pending, portion as Uint8Array);
    let end = 0;
    for (;;) {
      const length = readEntryLength(pending, end);
      if (length === null || end + length > pending.length) break;
      yield* readBlockFile(pending.slice(end, end + length));
      end += length;
    }
    pending = pending.subarray(end);
  }
  if (pending.length === 0) return;
  throw new CotraceError('TRUNCATED_BLOCK_FILE', `the last block of ${path} is incomplete`, { path });
}
