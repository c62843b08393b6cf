import { majorityOf } from '../consortium/consortium.js';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { askAll } from './ask-all.js';
import type { ConnectedNode, Connections } from './connections.js';
import { IDS_PER_REQUEST, SHORT_CALL_MS } from './limits.js';

/** The newest record of an identifier in a domain. */
export interface AgreedHead {
  readonly traceId: string;
  readonly domain: string;
  readonly block: bigint;
  readonly txNum: number;
}

/** The newest records of identifiers, as far as a quorum of masters name the same. */
export async function agreedHeads(
  connections: Connections,
  identifiers: readonly string[],
): Promise<readonly AgreedHead[]> {
  const quorum = majorityOf(connections.context.consortium);
  const answers = await askAll(
    connections.masters(),
    (master, signal) => headsOf(master, identifiers, signal),
    connections.faults,
    ({ length }) => length >= quorum,
  );
  const votes = new Map<string, { readonly head: AgreedHead; count: number }>();
  for (const { answer } of answers) {
    for (const [key, head] of answer) {
      const vote = votes.get(key) ?? { head, count: 0 };
      vote.count += 1;
      votes.set(key, vote);
    }
  }
  return [...votes.values()].filter(({ count }) => count >= quorum).map(({ head }) => head);
}

async function headsOf(
  { client }: ConnectedNode,
  identifiers: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, AgreedHead>> {
  const found = new Map<string, AgreedHead>();
  for (let at = 0; at < identifiers.length; at += IDS_PER_REQUEST) {
    const traceIds = identifiers.slice(at, at + IDS_PER_REQUEST);
    const { traces } = await client.call(
      Master.method.traceHeads,
      { traceIds },
      { timeout: SHORT_CALL_MS, signal },
    );
    for (const { traceId, heads } of traces) {
      for (const { domain, blockNum: block, txNum } of heads) {
        found.set(JSON.stringify([traceId, domain, String(block), txNum]), { traceId, domain, block, txNum });
      }
    }
  }
  return found;
}

/**
 * The first of `heads` in a block below `height` that an answer, given by its places, does not hold: a walk reaches every
 * record before the newest one. Null where it holds all.
 */
export function missingHead(
  heads: readonly AgreedHead[],
  places: ReadonlySet<string>,
  height: bigint,
): AgreedHead | null {
  return heads.find(({ block, txNum }) => block < height && !places.has(`${block}/${txNum}`)) ?? null;
}
