import { checkingHeaderHash, CotraceError, decodeCheckingHeader, toHex } from '@cotrace/core';
import { Master, type Cycle } from '../gen/cotrace/cotrace_pb.js';
import { firstAnswer } from './ask-in-turn.js';
import type { Connections } from './connections.js';
import { SHORT_CALL_MS } from './limits.js';

/** A checking cycle as a master knows it; nothing of it is proven here. */
export interface CycleRow {
  readonly checkNum: bigint;
  /** The main blocks of its interval. */
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
  /** Hash of its header, hexadecimal; null where the master has none. */
  readonly headerHash: string | null;
  /** Whether the channel `checking` has its header. */
  readonly recorded: boolean;
  /** Unix milliseconds, as the transaction says that proves it; null: not sealed, or not heard of. */
  readonly sealedMs: bigint | null;
  /** MSP id of the organisation that submitted that transaction, and of those that endorsed it. */
  readonly initiator: string | null;
  readonly endorsers: readonly string[];
  /** The main block that first anchors it; null where none does. */
  readonly anchorBlock: bigint | null;
  /** Members that let their turn pass: for t1 (`warning`), for t2 (`penalty`). */
  readonly late: readonly { readonly attempt: number; readonly kind: string; readonly mspId: string }[];
}

/** What is asked for: one cycle, or the newest ones. */
export type CycleQuestion = { readonly cycle: bigint } | { readonly last: number };

/** What a master answers. */
export interface CycleAnswer {
  /** Name of the master. */
  readonly master: string;
  /** The newest cycle that it has computed, 0 before the first one ended, and the newest that it knows sealed. */
  readonly computed: bigint;
  readonly sealed: bigint;
  /** MSP id of the organisation that is expected to have the next one sealed; null where none is. */
  readonly expected: string | null;
  /** By rising number; empty where the cycle asked for has not ended. */
  readonly cycles: readonly CycleRow[];
}

/**
 * Asks the masters in turn, the own organisation's first, for cycles. Throws what stands for the faults of all, `BAD_ANSWER` where
 * they answer other cycles than were asked for, or headers that are none.
 */
export async function listCycles(connections: Connections, question: CycleQuestion): Promise<CycleAnswer> {
  const { checkingHeight } = connections.context.consortium;
  return firstAnswer(
    connections.masters(),
    async ({ client }, { signal }) => {
      const limits = { timeout: SHORT_CALL_MS, signal };
      const state = await client.call(Master.method.checkingStatus, {}, limits);
      const range = rangeOf(question, state.computed);
      const { cycles } =
        range.count === 0 ? { cycles: [] } : await client.call(Master.method.cycles, range, limits);
      return { state, range, cycles };
    },
    connections.faults,
    ({ state, range, cycles }, { name }) => {
      requireRange(cycles, range);
      const { computed, sealed, initiator } = state;
      const rows = cycles.map((cycle) => rowOf(cycle, BigInt(checkingHeight)));
      return { master: name, computed, sealed, expected: initiator === '' ? null : initiator, cycles: rows };
    },
  );
}

interface Range {
  readonly checkNum: bigint;
  readonly count: number;
}

function rangeOf(question: CycleQuestion, computed: bigint): Range {
  if ('cycle' in question) {
    return { checkNum: question.cycle, count: question.cycle <= computed ? 1 : 0 };
  }
  const count = computed < BigInt(question.last) ? Number(computed) : question.last;
  return { checkNum: computed - BigInt(count) + 1n, count };
}

function requireRange(cycles: readonly Cycle[], { checkNum, count }: Range): void {
  if (cycles.length === count && cycles.every((one, i) => one.checkNum === checkNum + BigInt(i))) return;
  throw new CotraceError('BAD_ANSWER', 'sent other cycles than were asked for', {
    asked: checkNum,
    count,
    sent: cycles.length,
  });
}

function rowOf(cycle: Cycle, c: bigint): CycleRow {
  const { checkNum, header, recorded, sealedMs, initiator, endorsers, anchorBlock, late } = cycle;
  if (header.length > 0 && decodeCheckingHeader(header).checkNum !== checkNum) {
    throw new CotraceError('BAD_ANSWER', `sent the header of another cycle for cycle ${checkNum}`, {
      checkNum,
    });
  }
  return {
    checkNum,
    firstBlock: (checkNum - 1n) * c + 1n,
    lastBlock: checkNum * c,
    headerHash: header.length === 0 ? null : toHex(checkingHeaderHash(header)),
    recorded,
    sealedMs: sealedMs === 0n ? null : sealedMs,
    initiator: initiator === '' ? null : initiator,
    endorsers: [...endorsers],
    anchorBlock: anchorBlock === 0n ? null : anchorBlock,
    late: late.map(({ attempt, kind, mspId }) => ({ attempt, kind, mspId })),
  };
}
