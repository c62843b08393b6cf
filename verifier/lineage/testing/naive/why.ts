/** Reasons for which something is not certain. */
export type Why = ReadonlySet<string>;

export const NONE: Why = new Set();

export function join(...sets: readonly Why[]): Why {
  return new Set(sets.flatMap((set) => [...set]));
}

export function reason(is: boolean, name: string): Why {
  return is ? new Set([name]) : NONE;
}
