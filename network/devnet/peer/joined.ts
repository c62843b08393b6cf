import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { CotraceError, equalBytes, parseStrictJson, Shape, utf8 } from '@cotrace/core';
import { decodeBlock } from '@cotrace/fabric-model';
import type { Channel } from '../channel/channel.js';
import { replaceFile } from '../chaincode/replace-file.js';
import { readTextFile } from '../../text-file.js';

const MAX_BYTES = 1024 * 1024;
const MAX_CHANNELS = 10_000;
const SOURCE = { code: 'DEVNET_CONFIG' } as const;

/** The channels that one peer is in: those that it was in from the start, and those that it joined, which are kept in a file. */
export class JoinedChannels {
  readonly #path: string;
  readonly #names: Set<string>;

  /** `founded`: channels whose genesis block has the peer's organisation. Throws `DEVNET_CONFIG`. */
  constructor(path: string, founded: Iterable<string>) {
    this.#path = path;
    this.#names = new Set([...founded, ...readNames(path)]);
  }

  has(channelId: string): boolean {
    return this.#names.has(channelId);
  }

  get names(): readonly string[] {
    return [...this.#names];
  }

  /** Adds a channel, for later starts too. */
  join(channelId: string): void {
    const names = new Set(this.#names).add(channelId);
    mkdirSync(dirname(this.#path), { recursive: true });
    replaceFile(this.#path, utf8(`${JSON.stringify([...names])}\n`));
    this.#names.add(channelId);
  }
}

/**
 * Joins a channel by the bytes of its genesis block; it has the ledger at once, since all peers share it. Throws `CHANNEL_NOT_FOUND` where the block is
 * not that of the channel, and `BAD_PROTOBUF`.
 */
export async function joinChannel(
  channel: Channel | null,
  genesis: Uint8Array,
  joined: JoinedChannels,
): Promise<void> {
  const own = await channel?.ledger.block(0n);
  if (channel === null || !own || !equalBytes(own.block.headerHash, decodeBlock(genesis).headerHash)) {
    throw new CotraceError(
      'CHANNEL_NOT_FOUND',
      'the embedded network has no channel of this genesis block: joining other channels is not emulated',
    );
  }
  joined.join(channel.id);
}

function readNames(path: string): string[] {
  if (!existsSync(path)) return [];
  const root = new Shape(parseStrictJson(readTextFile(path, SOURCE.code), MAX_BYTES), SOURCE);
  return root.items(MAX_CHANNELS).map((name) => name.text());
}
