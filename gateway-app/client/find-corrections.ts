import { eventIdKey, isCotraceError } from '@cotrace/core';
import { type TraceAnswer, type Trust, verifyStates } from '@cotrace/verifier';
import { MAX_KEYS } from '../node/limits.js';
import type { Connections } from './connections.js';
import { findStates } from './find.js';

/** Where an event is on the ledger, and who recorded it. */
export interface CorrectionPlace {
  readonly domain: string;
  readonly organisation: string;
  readonly block: bigint;
  readonly txNum: number;
}

/** Events that correct others, by their ids: where each is recorded. What is not in it was not looked up. */
export type Corrections = ReadonlyMap<string, readonly CorrectionPlace[]>;

/** The most ids that are looked up: declarations may name any number. */
const MOST_IDS = 20;

/**
 * Looks up the events that declarations of error name as corrections: in every domain, of every organisation that the trust
 * file names, verified against it. Where no answer holds, faults of masters are in `connections.faults`.
 */
export async function findCorrections(
  connections: Connections,
  { leftOut, disputes, unmatched }: TraceAnswer,
  trust: Trust,
): Promise<Corrections> {
  const named = [...leftOut, ...disputes, ...unmatched].flatMap((one) => one.correctiveEventIDs);
  const found = new Map(
    [...new Set(named)].slice(0, MOST_IDS).map((id): [string, CorrectionPlace[]] => [id, []]),
  );
  const keys = [...found].flatMap(([eventID, places]) =>
    connections.context.consortium.domains.flatMap((domain) =>
      trust.membership.members.map(({ mspId: organisation }) => ({
        ...{ domain, organisation, places },
        key: eventIdKey(eventID, organisation),
      })),
    ),
  );
  try {
    for (let at = 0; at < keys.length; at += MAX_KEYS) {
      const part = keys.slice(at, at + MAX_KEYS);
      const { states } = verifyStates(part, await findStates(connections, part, trust), trust);
      for (const [i, { domain, organisation, places }] of part.entries()) {
        const entry = states[i]?.entry;
        if (entry !== undefined)
          places.push({ domain, organisation, block: entry.blockNum, txNum: entry.txNum });
      }
    }
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return new Map();
  }
  return found;
}
