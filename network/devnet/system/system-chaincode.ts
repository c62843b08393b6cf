import { create } from '@bufbuild/protobuf';
import { peer, type SignedData } from '@cotrace/fabric-model';
import type { Channel } from '../channel/channel.js';
import type { InstalledChaincodes } from '../chaincode/installed.js';
import type { Simulator } from '../ledger/types.js';
import type { LocalPolicy } from '../peer/local-access.js';

/** What a chaincode built into the peer is invoked with. */
export interface SystemInvocation {
  /** '' for a proposal without a channel. */
  readonly channelId: string;
  readonly txId: string;
  /** Null for the chaincodes that only query blocks and configuration. */
  readonly simulator: Simulator | null;
  /** The proposal as signed data of its creator. */
  readonly signed: SignedData;
  /** Name of the chaincode that the proposal itself invokes; another one if a chaincode called this one. */
  readonly invokedName: string;
}

/** What system chaincodes see of their peer. */
export interface SystemContext {
  readonly mspId: string;
  readonly channel: (channelId: string) => Channel | null;
  readonly channelIds: () => readonly string[];
  /** Joins a channel by its genesis block. Throws, in Fabric's words where Fabric refuses it. */
  readonly join: (channelId: string, genesis: Uint8Array) => Promise<void>;
  readonly installed: InstalledChaincodes;
  /** Throws, in Fabric's words, unless the signer is a member, or administrator, of the peer's own organisation. */
  readonly checkLocal: (policy: LocalPolicy, signed: SignedData) => void;
}

/** A chaincode built into the peer. */
export type SystemChaincode = (
  context: SystemContext,
  invocation: SystemInvocation,
  args: readonly Uint8Array[],
) => Promise<peer.Response>;

/** `shim.Success` of the Go shim. */
export function success(payload: Uint8Array): peer.Response {
  return create(peer.ResponseSchema, { status: 200, payload });
}

/** `shim.Error` of the Go shim. */
export function failure(message: string): peer.Response {
  return create(peer.ResponseSchema, { status: 500, message });
}

const lenient = new TextDecoder();

/** Text of an argument, '' of none; bytes that are no UTF-8 are replaced, since they only name something unknown. */
export function text(argument?: Uint8Array): string {
  return lenient.decode(argument);
}
