import { CotraceError } from '@cotrace/core';
import { majorityOf } from '../consortium/consortium.js';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { isAborted, pauseFor } from '../node/retry.js';
import { askAll } from './ask-all.js';
import type { ConnectedNode, Connections } from './connections.js';
import { BEHIND_MS, MASTERS_PAUSE_MS, NAMED_BEHIND_MS, SHORT_CALL_MS } from './limits.js';

const NEVER = new AbortController().signal;

/** How far the masters say to be. */
export interface Heights {
  /** The height that as many masters as a quorum has have reached: no fewer can make it higher than it is. */
  readonly least: bigint;
  /** Height by the name of a master that answered. */
  readonly of: ReadonlyMap<string, bigint>;
}

/** Asks the masters for their heights. */
export async function heightsOf(connections: Connections): Promise<Heights> {
  const quorum = majorityOf(connections.context.consortium);
  const answers = await askAll(
    connections.masters(),
    heightOf,
    connections.faults,
    ({ length }) => length >= quorum,
  );
  const heights = answers.map(({ answer }) => answer).sort((a, b) => Number(b - a));
  return {
    least: heights[quorum - 1] ?? 0n,
    of: new Map(answers.map(({ from, answer }) => [from.name, answer])),
  };
}

/**
 * The masters that say to be furthest first, those that say nothing last. Where some are silent, liars can make `least` low:
 * an honest master is then asked before those that say less, and who says more must answer with as much (`requireReached`).
 */
export function furthestFirst(masters: readonly ConnectedNode[], { of }: Heights): ConnectedNode[] {
  const heightOf = ({ name }: ConnectedNode) => of.get(name) ?? -1n;
  return [...masters].sort((a, b) => Number(heightOf(b) - heightOf(a)));
}

/**
 * Waits until a master has reached what a quorum has, at most two seconds: one that is behind would answer with a state of
 * long ago. Throws `BEHIND`.
 */
export async function catchUp(
  master: ConnectedNode,
  { least, of }: Heights,
  signal: AbortSignal,
  patience = BEHIND_MS,
): Promise<void> {
  const deadline = performance.now() + patience;
  let height = of.get(master.name) ?? (await heightOf(master, signal));
  while (height < least && !isAborted(signal)) {
    if (performance.now() > deadline) {
      throw new CotraceError('BEHIND', `has ${height} blocks, others have ${least}`, {
        height,
        least,
      });
    }
    await pauseFor(MASTERS_PAUSE_MS, signal);
    height = await heightOf(master, signal);
  }
}

/** Throws `BEHIND` for an answer of `master` as of a block before what a quorum of masters, or that one itself, had reached. */
export function requireReached(blockNum: bigint, master: string, { least, of }: Heights): void {
  const said = of.get(master) ?? 0n;
  const reached = said > least ? said : least;
  if (blockNum + 1n >= reached) return;
  const who = said > least ? 'and said to have reached' : 'others have reached';
  throw new CotraceError('BEHIND', `answers as of block ${blockNum}, ${who} ${reached - 1n}`, {
    blockNum,
    reached,
  });
}

/** Adds to the faults the masters that are behind and stay there for half a second. */
export async function nameThoseBehind(
  { faults }: Connections,
  masters: readonly ConnectedNode[],
  heights: Heights,
): Promise<void> {
  const behind = masters.filter(({ name }) => (heights.of.get(name) ?? heights.least) < heights.least);
  await Promise.all(
    behind.map(async (master) => {
      try {
        await catchUp(master, heights, NEVER, NAMED_BEHIND_MS);
      } catch (error) {
        faults.add(master.name, error);
      }
    }),
  );
}

async function heightOf({ client }: ConnectedNode, signal: AbortSignal): Promise<bigint> {
  const { height } = await client.call(Master.method.traceHeads, {}, { timeout: SHORT_CALL_MS, signal });
  return height;
}
