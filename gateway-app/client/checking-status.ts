import { isCotraceError } from '@cotrace/core';
import { Master } from '../gen/cotrace/cotrace_pb.js';
import { STATUS_CALL_MS } from '../node/limits.js';
import type { RpcCaller } from '../node/rpc-client.js';

/** How a master says that it stands with checking cycles. */
export interface MasterChecking {
  /** Newest cycle whose header it has computed; 0: none, as below. */
  readonly computed: bigint;
  /** Newest one that the channel `checking` has recorded. */
  readonly recorded: bigint;
  /** Newest one that a transaction of `checking` proves. */
  readonly sealed: bigint;
  /** Newest one that main has an anchor of. */
  readonly anchored: bigint;
  /** MSP id of the organisation that it expects to have the oldest cycle that is not recorded sealed; empty where all are. */
  readonly initiator: string;
  /** What differs where a quorum sealed another header than its own; empty where none did. */
  readonly diverged: string;
  /** Blocks in a cycle, and after how many milliseconds an initiator is warned, and replaced. */
  readonly settings: { readonly checkingHeight: number; readonly t1Ms: number; readonly t2Ms: number };
}

/** A master's own word, with its name. */
export interface NamedChecking {
  readonly name: string;
  readonly checking: MasterChecking;
}

/** Asks a master how it stands with checking cycles; null where it does not say. */
export async function checkingOf(client: RpcCaller): Promise<MasterChecking | null> {
  try {
    const state = await client.call(Master.method.checkingStatus, {}, { timeout: STATUS_CALL_MS });
    const { computed, recorded, sealed, anchored, initiator, diverged, checkingHeight, t1Ms, t2Ms } = state;
    const settings = { checkingHeight, t1Ms, t2Ms };
    return { computed, recorded, sealed, anchored, initiator, diverged, settings };
  } catch (error) {
    if (isCotraceError(error)) return null;
    throw error;
  }
}

/** Who is expected to have the next cycle sealed: each organisation that a master expects, with those masters. */
export function expectedBy(masters: readonly NamedChecking[]): ReadonlyMap<string, readonly string[]> {
  const expected = new Map<string, string[]>();
  for (const { name, checking } of masters) {
    const { initiator } = checking;
    if (initiator !== '') expected.set(initiator, [...(expected.get(initiator) ?? []), name]);
  }
  return expected;
}

/**
 * The masters whose settings are not those that most have: all must have the same ones, or they compute other headers and judge
 * otherwise who is late. Empty where all are equal.
 */
export function otherSettings(masters: readonly NamedChecking[]): {
  readonly usual: MasterChecking['settings'] | null;
  readonly others: readonly NamedChecking[];
} {
  const keyOf = ({ checking: { settings } }: NamedChecking) =>
    `${settings.checkingHeight} ${settings.t1Ms} ${settings.t2Ms}`;
  const groups = new Map<string, NamedChecking[]>();
  for (const master of masters) groups.set(keyOf(master), [...(groups.get(keyOf(master)) ?? []), master]);
  const [largest = [], ...rest] = [...groups.values()].sort((a, b) => b.length - a.length);
  return { usual: largest[0]?.checking.settings ?? null, others: rest.flat() };
}
