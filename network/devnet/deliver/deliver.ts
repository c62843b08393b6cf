import { common, decode, orderer, type SignedData } from '@cotrace/fabric-model';
import type { Channel } from '../channel/channel.js';
import type { CommittedBlock } from '../ledger/types.js';
import { TIME_WINDOW_MS } from '../limits.js';
import { blockWithoutData, isConfigBlock } from './filtered-block.js';
import { resolveSeek } from './seek.js';

const { Status } = common;
const { SeekInfo_SeekBehavior: Behavior, SeekInfo_SeekContentType: ContentType } = orderer;

/** What a delivery service needs. */
export interface DeliverContext {
  readonly channel: (channelId: string) => Channel | null;
  /** Throws if the signer may not read blocks of the channel. */
  readonly checkAccess: (channel: Channel, signed: SignedData) => void;
  readonly now: () => number;
}

/** Sends a block, or only its header and metadata. */
export type SendBlock = (
  channel: Channel,
  block: CommittedBlock,
  headerOnly: common.Block | null,
) => Promise<void>;

interface Request {
  readonly channelHeader: common.ChannelHeader;
  readonly signed: SignedData;
  readonly seek: Uint8Array;
}

function readEnvelope(envelope: common.Envelope): Request | null {
  try {
    const payload = decode(common.PayloadSchema, envelope.payload);
    if (payload.header === undefined) return null;
    const channelHeader = decode(common.ChannelHeaderSchema, payload.header.channelHeader);
    const { creator } = decode(common.SignatureHeaderSchema, payload.header.signatureHeader);
    const signed = { identity: creator, data: envelope.payload, signature: envelope.signature };
    return { channelHeader, signed, seek: payload.data };
  } catch {
    // Whatever the client sent is no request: it learns that from the status.
    return null;
  }
}

function readSeek(bytes: Uint8Array): orderer.SeekInfo | null {
  try {
    return decode(orderer.SeekInfoSchema, bytes);
  } catch {
    return null;
  }
}

function isTimely(timestamp: common.ChannelHeader['timestamp'], now: number): boolean {
  if (timestamp === undefined) return false;
  const time = Number(timestamp.seconds) * 1000 + timestamp.nanos / 1e6;
  return Math.abs(now - time) <= TIME_WINDOW_MS;
}

/** Decides, before every block, whether the client may go on: expiry always, policies when the configuration changed. */
function sessionAccess(context: DeliverContext, channel: Channel, signed: SignedData): () => boolean {
  let checkedAt: bigint | null = null;
  const expiresAt = channel.access.expiresAt(signed.identity);
  return () => {
    if (expiresAt !== null && context.now() > expiresAt.getTime()) return false;
    const { sequence } = channel.ledger.config;
    if (checkedAt === sequence) return true;
    checkedAt = sequence;
    try {
      context.checkAccess(channel, signed);
      return true;
    } catch {
      return false;
    }
  };
}

/**
 * Serves one seek request: sends its blocks and gives the status that ends it (common/deliver/deliver.go).
 * Null when the caller left before.
 */
export async function deliver(
  context: DeliverContext,
  envelope: common.Envelope,
  sendBlock: SendBlock,
  signal: AbortSignal,
): Promise<common.Status | null> {
  const request = readEnvelope(envelope);
  if (request === null || !isTimely(request.channelHeader.timestamp, context.now()))
    return Status.BAD_REQUEST;
  const channel = context.channel(request.channelHeader.channelId);
  if (channel === null) return Status.NOT_FOUND;
  const seek = readSeek(request.seek);
  if (seek === null) return Status.BAD_REQUEST;
  const mayRead = sessionAccess(context, channel, request.signed);
  if (!mayRead()) return Status.FORBIDDEN;
  if (seek.start === undefined || seek.stop === undefined) return Status.BAD_REQUEST;
  const { height } = channel.ledger;
  const range = resolveSeek(seek.start, seek.stop, height);
  if (range === null) return Status.BAD_REQUEST;
  if (range.start === null) return Status.NOT_FOUND;

  const blocks = channel.feed.blocks(range.start, signal);
  for (let blockNum = range.start; ; blockNum++) {
    if (seek.behavior === Behavior.FAIL_IF_NOT_READY && blockNum >= channel.ledger.height)
      return Status.NOT_FOUND;
    const next = await blocks.next();
    if (next.done === true) return null;
    if (!mayRead()) return Status.FORBIDDEN;
    const block = next.value;
    const headerOnly = seek.contentType === ContentType.HEADER_WITH_SIG_BYTES && !isConfigBlock(block);
    await sendBlock(channel, block, headerOnly ? blockWithoutData(block) : null);
    if (block.number === range.stop) return Status.SUCCESS;
  }
}
