import { fromUtf8, parseU64, readOrNull } from '@cotrace/core';
import { Refusal } from '../refusal.js';

/** A value that a call reads. */
export interface StateEntry {
  readonly key: string;
  readonly value: Uint8Array;
}

/** What a rule reads of the state, as it was before the call. */
export interface CheckingState {
  /** The value of a key; null where there is none. */
  get(key: string): Promise<Uint8Array | null>;
  /** The entries whose keys begin with `prefix`, in order; it ends in `/`. */
  under(prefix: string): Promise<readonly StateEntry[]>;
}

/** A call of a function, as its proposal has it. */
export interface Call {
  /** What follows the function's name. */
  readonly args: readonly Uint8Array[];
  /** MSP id of the caller. */
  readonly mspId: string;
  /** The proposal's time, Unix milliseconds. */
  readonly proposedMs: number;
}

/** Checks how many arguments a call has. Throws `BAD_ARGUMENT`. */
export function requireArgs({ args }: Call, least: number, most = least): void {
  if (args.length >= least && args.length <= most) return;
  const wanted = least === most ? String(least) : `${least} to ${most}`;
  throw new Refusal('BAD_ARGUMENT', `the function takes ${wanted} arguments, not ${args.length}`);
}

/** An argument of text. Throws `BAD_ARGUMENT` where it is not UTF-8 of at most 256 bytes. */
export function textArg({ args }: Call, at: number, what: string): string {
  const bytes = args[at] ?? new Uint8Array();
  const text = bytes.length > 256 ? null : readOrNull(() => fromUtf8(bytes));
  return text ?? badArgument(what, 'text of at most 256 bytes in UTF-8');
}

/** An argument that is a number of 64 bits, at least 1, in decimal digits. Throws `BAD_ARGUMENT`. */
export function cycleArg(call: Call, at: number, what: string): bigint {
  const text = textArg(call, at, what);
  const value = readOrNull(() => parseU64(text));
  return value !== null && value > 0n ? value : badArgument(what, 'a number from 1, in decimal digits');
}

/** An argument of bytes of a known length. Throws `BAD_ARGUMENT`. */
export function bytesArg({ args }: Call, at: number, length: number, what: string): Uint8Array {
  const bytes = args[at] ?? new Uint8Array();
  return bytes.length === length ? bytes : badArgument(what, `${length} bytes`);
}

/** Throws the refusal of an argument. */
export function badArgument(what: string, rule: string): never {
  throw new Refusal('BAD_ARGUMENT', `${what} must be ${rule}`, { field: what });
}
