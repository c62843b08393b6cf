import { create, toBinary } from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import {
  ChannelConfig,
  common,
  decode,
  decodeEnvelope,
  lastConfigIndex,
  peer,
  type SignedData,
} from '@cotrace/fabric-model';
import type { Channel } from '../channel/channel.js';
import type { CommittedBlock } from '../ledger/types.js';
import { messageOf } from '../rpc/rpc-error.js';
import { channelHeaderOf, unmarshal } from '../rpc/unmarshal.js';
import { failure, success, text, type SystemChaincode, type SystemContext } from './system-chaincode.js';

const EMPTY = new Uint8Array();

type Command = (
  context: SystemContext,
  signed: SignedData,
  argument: Uint8Array,
) => peer.Response | Promise<peer.Response>;

function channelList(context: SystemContext, signed: SignedData): peer.Response {
  try {
    context.checkLocal('Members', signed);
  } catch (error) {
    return failure(`access denied for [GetChannels]: ${messageOf(error)}`);
  }
  const channels = context.channelIds().map((channelId) => ({ channelId }));
  const response = create(peer.ChannelQueryResponseSchema, { channels });
  return success(toBinary(peer.ChannelQueryResponseSchema, response));
}

/** Looks into the newest configuration block of a channel, for whom its access list says. */
function configQuery(
  name: 'GetConfigBlock' | 'GetChannelConfig',
  answer: (block: CommittedBlock) => Uint8Array,
): Command {
  return async (context, signed, argument) => {
    const channelId = text(argument);
    if (channelId === '' && name === 'GetChannelConfig') return failure('empty channel name provided');
    const denied = `access denied for [${name}][${channelId}]`;
    const channel = context.channel(channelId);
    if (channel === null)
      return failure(`${denied}: Failed to get policy manager for channel [${channelId}]`);
    try {
      channel.access.check(`cscc/${name}`, signed);
    } catch (error) {
      return failure(`${denied}: ${messageOf(error)}`);
    }
    const block = await configBlock(channel);
    return block === null ? failure('no configuration block found') : success(answer(block));
  };
}

async function configBlock({ ledger }: Channel): Promise<CommittedBlock | null> {
  const newest = await ledger.block(ledger.height - 1n);
  return newest && ledger.block(lastConfigIndex(newest.block));
}

function configOf({ block }: CommittedBlock): Uint8Array {
  const { data } = decodeEnvelope(block.envelopes[0] ?? new Uint8Array());
  const config = decode(common.ConfigEnvelopeSchema, data).config ?? create(common.ConfigSchema);
  return toBinary(common.ConfigSchema, config);
}

/** Peers of founders are in all channels from the start; the others join them here. */
async function joinChain(
  context: SystemContext,
  signed: SignedData,
  argument: Uint8Array,
): Promise<peer.Response> {
  let block: common.Block;
  try {
    block = unmarshal(common.BlockSchema, argument);
  } catch (error) {
    return failure(`Failed to reconstruct the genesis block, ${messageOf(error)}`);
  }
  let channelHeader: common.ChannelHeader;
  try {
    channelHeader = firstChannelHeader(block);
  } catch (error) {
    const reason = `failed to extract channel id from the block due to [${messageOf(error)}]`;
    return failure(`"JoinChain" request ${reason}`);
  }
  const { channelId } = channelHeader;
  try {
    checkConfigBlock(channelHeader, argument);
  } catch (error) {
    const reason = `failed because of validation of configuration block, because of ${messageOf(error)}`;
    return failure(`"JoinChain" for channelID = ${channelId} ${reason}`);
  }
  const denied = deniedToOthers(context, signed);
  if (denied !== null) return failure(`access denied for [JoinChain][${channelId}]: [${denied}]`);
  if (context.channel(channelId) !== null) {
    const reason = `ledger [${channelId}] already exists with state [ACTIVE]`;
    return failure(`cannot create ledger from genesis block: ${reason}`);
  }
  try {
    await context.join(channelId, argument);
    return success(EMPTY);
  } catch (error) {
    return failure(messageOf(error));
  }
}

/** Channel header of a block's first envelope (`GetChannelIDFromBlock` of protoutil/blockutils.go). */
function firstChannelHeader({ data }: common.Block): common.ChannelHeader {
  const [first] = data?.data ?? [];
  if (first === undefined) {
    throw new CotraceError('BAD_MESSAGE', 'failed to retrieve channel id - block is empty');
  }
  return channelHeaderOf(unmarshal(common.PayloadSchema, unmarshal(common.EnvelopeSchema, first).payload));
}

function checkConfigBlock({ type }: common.ChannelHeader, block: Uint8Array): void {
  if (type !== (common.HeaderType.CONFIG as number)) {
    const reason = `invalid type ${common.HeaderType[type] ?? type}, expected CONFIG`;
    throw new CotraceError('BAD_MESSAGE', `Bad configuration envelope: ${reason}`, { type });
  }
  ChannelConfig.fromBlock(block);
}

/** Why somebody who is not the peer's administrator may not do something; null for its administrators. */
function deniedToOthers(context: SystemContext, signed: SignedData): string | null {
  try {
    context.checkLocal('Admins', signed);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

function joinBySnapshot(context: SystemContext, signed: SignedData, argument: Uint8Array): peer.Response {
  if (argument.length === 0) return failure('Cannot join the channel, no snapshot directory provided');
  const denied = deniedToOthers(context, signed);
  if (denied !== null) return failure(`access denied for [JoinChainBySnapshot]: [${denied}]`);
  return failure('joining by a snapshot is not emulated');
}

/** There is never one in progress. */
function joinBySnapshotStatus(context: SystemContext, signed: SignedData): peer.Response {
  const denied = deniedToOthers(context, signed);
  if (denied !== null) return failure(`access denied for [JoinBySnapshotStatus]: ${denied}`);
  return success(EMPTY);
}

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['GetChannels', channelList],
  ['GetConfigBlock', configQuery('GetConfigBlock', ({ bytes }) => bytes)],
  ['GetChannelConfig', configQuery('GetChannelConfig', configOf)],
  ['JoinChain', joinChain],
  ['JoinChainBySnapshot', joinBySnapshot],
  ['JoinBySnapshotStatus', joinBySnapshotStatus],
]);
const WITHOUT_ARGUMENT: readonly string[] = ['GetChannels', 'JoinBySnapshotStatus'];

/** Configuration of the peer: its channels, and how they are configured (core/scc/cscc/configure.go). */
export const cscc: SystemChaincode = async (context, { signed, invokedName }, args) => {
  const name = text(args[0]);
  const least = WITHOUT_ARGUMENT.includes(name) ? 1 : 2;
  if (args.length < least) return failure(`Incorrect number of arguments, ${args.length}`);
  if (invokedName !== 'cscc') {
    const reason = `Rejecting invoke of CSCC from another chaincode, original invocation for '${invokedName}'`;
    return failure(reason);
  }
  const command = COMMANDS.get(name);
  if (command === undefined) return failure(`Requested function ${name} not found.`);
  return command(context, signed, args[1] ?? EMPTY);
};
