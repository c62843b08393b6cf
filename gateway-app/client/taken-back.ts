import { type ClientRecord, type FoundEvent, fromUtf8 } from '@cotrace/core';
import { describe } from '../node/log.js';
import type { Connections } from './connections.js';
import { SHORT_CALL_MS } from './limits.js';

/**
 * Why a declaration of error that this organisation has recorded takes nothing back, as its own peer knows by the event id that
 * it repeats; null where it does, where it has no id, and for other records.
 */
export async function whyNothingTakenBack(
  { peer, context }: Connections,
  domain: string,
  { corrects, eventID, eventHash }: ClientRecord,
): Promise<string | null> {
  if (corrects === null || eventID === null) return null;
  const { mspId } = context.organisation;
  try {
    const answer = await peer
      .contract(domain)
      .evaluate({ name: 'findEvent', args: [eventID] }, SHORT_CALL_MS);
    const own = (JSON.parse(fromUtf8(answer)) as FoundEvent[]).find((one) => one.mspId === mspId);
    if (own?.eventHash === eventHash) return null;
    return own === undefined
      ? `declares ${eventID} wrong, which ${mspId} has not recorded in ${domain}: it counts as soon as it is`
      : `is not the same event as ${eventID}, which ${mspId} has recorded with other content, and takes nothing back: repeat the event as it was`;
  } catch (error) {
    return `declares ${eventID} wrong; whether that is recorded could not be looked up: ${describe(error)}`;
  }
}
