import { common, orderer } from '@cotrace/fabric-model';
import type { ChannelAccess } from '../channel/access.js';
import type { Ledger } from '../ledger/types.js';
import { messageOf } from '../rpc/rpc-error.js';
import { creatorOf, unmarshal } from '../rpc/unmarshal.js';
import { batchLimits, envelopeSize } from './batch.js';
import type { BroadcastResult } from './broadcast-result.js';

const { Status } = common;

/** What an ordering node knows of a channel. */
export interface OrderedChannel {
  readonly ledger: Ledger;
  readonly access: ChannelAccess;
}

/** The refusal of what cannot be ordered. */
export function badRequest(info: string): BroadcastResult {
  return { status: Status.BAD_REQUEST, info };
}

/**
 * Checks size, expiry and channel Writers of an envelope, in that order, at `now` (milliseconds); null if nothing speaks against it
 * (orderer/common/msgprocessor, `CreateStandardChannelFilters`).
 */
export function filterEnvelope(
  { payload, signature }: common.Envelope,
  { ledger, access }: OrderedChannel,
  now: number,
): BroadcastResult | null {
  const size = envelopeSize({ payload, signature });
  const { absoluteMaxBytes } = batchLimits(ledger);
  if (size > absoluteMaxBytes) {
    return badRequest(
      `message payload is ${size} bytes and exceeds maximum allowed ${absoluteMaxBytes} bytes`,
    );
  }
  let identity: Uint8Array;
  try {
    identity = creatorOf(unmarshal(common.PayloadSchema, payload));
  } catch (error) {
    return badRequest(messageOf(error));
  }
  const expiresAt = access.expiresAt(identity);
  if (expiresAt !== null && now >= expiresAt.getTime())
    return badRequest('broadcast client identity expired');
  try {
    access.checkPolicy(whileOrdering(ledger, 'Writers'), { identity, data: payload, signature });
  } catch (error) {
    return { status: Status.FORBIDDEN, info: `${messageOf(error)}: permission denied` };
  }
  return null;
}

/** Whether the channel orders transactions, and is not being migrated to another consensus. */
export function isNormal({ config }: Ledger): boolean {
  return config.orderer.consensusState === orderer.ConsensusType_State.NORMAL;
}

/** Policy for readers or writers of an ordering node: those of the orderers alone while a channel is being migrated (sigfilter.go). */
export function whileOrdering(ledger: Ledger, who: 'Readers' | 'Writers'): string {
  return isNormal(ledger) ? `/Channel/${who}` : `/Channel/Orderer/${who}`;
}
