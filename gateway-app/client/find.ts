import { CotraceError, isCotraceError } from '@cotrace/core';
import { quorumOf } from '../consortium.js';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import type { RpcClient } from '../node/rpc-client.js';
import type { FoundAnswer, StateQuestion } from '../proof/verify-found.js';
import { collectAttestations } from './collect-trace.js';
import type { Connections } from './connections.js';
import { isAway } from './attempt.js';

/**
 * What the ledger holds now of keys of domains' states, all of one block, from the first master that is not behind what a
 * quorum of masters have reached: one that lies cannot answer with a state of long ago. Nothing else is verified yet. Throws
 * `BEHIND` where all are, and what the last one that was asked threw.
 */
export async function findStates(
  connections: Connections,
  questions: readonly StateQuestion[],
): Promise<FoundAnswer> {
  const masters = connections.masters();
  const least = await reachedByQuorum(connections, masters);
  const keys = questions.map((value) => ({ what: { case: 'state' as const, value } }));
  let last: unknown = new CotraceError('CONFIG', 'there is no master to ask');
  for (const master of masters) {
    try {
      const { blockNum, found } = await master.call(Master.method.find, { keys });
      if (blockNum >= least) {
        const [block] = await collectAttestations(connections, [blockNum]);
        return { blockNum, found, attestations: block?.attestations ?? [] };
      }
      last = new CotraceError('BEHIND', `the master is at block ${blockNum}, others have reached ${least}`, {
        blockNum,
        least,
      });
    } catch (error) {
      if (!isAway(error)) throw error;
      last = error;
    }
  }
  throw last;
}

/** The last block that as many masters as a quorum has say to have reached. */
async function reachedByQuorum(connections: Connections, masters: readonly RpcClient[]): Promise<bigint> {
  const heights = await Promise.all(masters.map(heightOf));
  heights.sort((a, b) => (a > b ? -1 : a < b ? 1 : 0));
  return (heights[quorumOf(connections.context.consortium) - 1] ?? 0n) - 1n;
}

/** A master's height; 0 where it is away. */
async function heightOf(master: RpcClient): Promise<bigint> {
  try {
    return (await master.call(Master.method.traceHeads, {})).height;
  } catch (error) {
    if (!isCotraceError(error, 'UNREACHABLE')) throw error;
    return 0n;
  }
}
