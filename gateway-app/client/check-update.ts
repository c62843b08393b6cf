import { CHECKING_HEADER_BYTES, decodeCheckingHeader, parseStrictJson, Shape } from '@cotrace/core';
import {
  ChannelConfig,
  checkSuccessor,
  common,
  decode,
  decodeBlock,
  decodeEnvelope,
  lastConfigIndex,
  proposeConfiguration,
} from '@cotrace/fabric-model';
import type { Network } from '@hyperledger/fabric-gateway';
import { ledgerHeight } from '../fabric/ledger-queries.js';
import { contractEndorsers } from './contract-endorsers.js';
import { MAX_HEADERS_BYTES } from './limits.js';

/** Cycles of which the contract of the checking channel shows the headers at a time. */
const SHOWN_CYCLES = 64n;

const STANDSTILL = `none of the newest ${SHOWN_CYCLES} cycles is sealed: have that looked at before anybody leaves`;

/** The channels of a network as the own organisation's peer serves them, and their configurations in force. */
export interface UpdatedChannels {
  readonly main: { readonly network: Network; readonly config: ChannelConfig };
  readonly checking: { readonly network: Network; readonly config: ChannelConfig };
  /** Checking height. */
  readonly c: number;
}

/** Members that have cycles to seal. */
export interface SealingMembers {
  /** The block of main since which they are the members. */
  readonly since: bigint;
  readonly config: Pick<ChannelConfig, 'members' | 'quorum'>;
}

/**
 * What of an update of a channel's configuration, an envelope as `peer channel signconfigtx` takes it, signed or not, keeps
 * cycles from being sealed; one sentence each. Throws `CONFIG_UPDATE` where it does not fit the configuration in force,
 * `BAD_PROTOBUF` and the like for what is not an envelope, `GatewayError`.
 */
export async function checkUpdate(channels: UpdatedChannels, update: Uint8Array): Promise<string[]> {
  const { main, checking } = channels;
  const { channelHeader } = decodeEnvelope(update);
  const { config } = channelHeader.channelId === checking.config.channelId ? checking : main;
  const proposed = proposeConfiguration(config, null, decode(common.EnvelopeSchema, update));
  const after = checkSuccessor(config, proposed);
  const others = (config === main.config ? checking : main).config;
  const sealing = await sealingMembers(channels);
  return sealing === null ? [STANDSTILL] : unsealable(sealing, membersIn(after), membersIn(others));
}

/** The sealing members of whom too few are left, where `left` are the members of the two channels. */
export function unsealable(
  sealing: readonly SealingMembers[],
  ...left: readonly (readonly string[])[]
): string[] {
  return sealing.flatMap(({ since, config }) => {
    const { n, mspIds } = contractEndorsers(config);
    const there = mspIds.filter((mspId) => left.every((members) => members.includes(mspId)));
    if (there.length >= n) return [];
    const of = there.length === 0 ? 'none' : there.join(', ');
    return [
      `cycles are still to be sealed by ${n} of ${mspIds.join(', ')}, the members since block ${since}; of them this update leaves ${of} in both channels, and nothing could be sealed any more: remove fewer at a time, and wait until the cycle is sealed`,
    ];
  });
}

/** The members after the newest sealed cycle, and all that came after them; null where none of the newest cycles is sealed. */
async function sealingMembers({ main, checking, c }: UpdatedChannels): Promise<SealingMembers[] | null> {
  const height = await ledgerHeight(main.network);
  const ended = (height - 1n) / BigInt(c);
  const from = ended > SHOWN_CYCLES ? ended - SHOWN_CYCLES + 1n : 1n;
  const header = ended === 0n ? null : await newestHeader(checking.network, from, ended);
  if (header === null && from > 1n) return null;
  const oldest = header?.configBlock ?? 0n;
  const found: SealingMembers[] = [];
  let last = height - 1n;
  do {
    const since = lastConfigIndex(decodeBlock(await blockBytes(main.network, last)));
    found.push({ since, config: ChannelConfig.fromBlock(await blockBytes(main.network, since)) });
    last = since - 1n;
  } while (last >= oldest);
  return found;
}

async function newestHeader(
  network: Network,
  from: bigint,
  to: bigint,
): Promise<ReturnType<typeof decodeCheckingHeader> | null> {
  const answer = await network
    .getContract('checking')
    .evaluateTransaction('headers', String(from), String(to));
  const root = new Shape(parseStrictJson(new TextDecoder().decode(answer), MAX_HEADERS_BYTES), {
    code: 'BAD_ANSWER',
  });
  const newest = root.items(Number(SHOWN_CYCLES)).at(-1);
  return newest === undefined ? null : decodeCheckingHeader(newest.at('header').bytes(CHECKING_HEADER_BYTES));
}

function blockBytes(network: Network, number: bigint): Promise<Uint8Array> {
  return network
    .getContract('qscc')
    .evaluateTransaction('GetBlockByNumber', network.getName(), String(number));
}

function membersIn(config: ChannelConfig): string[] {
  return config.members().map(({ mspId }) => mspId);
}
