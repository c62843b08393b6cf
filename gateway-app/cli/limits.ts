/** Limits and timeouts of commands. Times are in milliseconds. */

/** Events that a capture has under way at a time, by default and at most. */
export const DEFAULT_IN_FLIGHT = 64;
export const MOST_IN_FLIGHT = 1024;

/** Newest events that can be asked for, and seconds between two looks of `watch`: a day. */
export const MOST_NEWEST = 100_000;
export const MOST_SECONDS = 86_400;

/** Newest cycles that are listed, by default and at most. */
export const DEFAULT_CYCLES = 10;
export const MOST_CYCLES = 100;

/** Identifiers named of one role of an event; the JSON result has all of them. */
export const MOST_NAMED = 4;

/** How long the demonstration waits for nodes to follow, and one pause while it waits for Ctrl-C. */
export const SETTLE_MS = 15_000;
export const LONG_MS = 60_000;

/** How long the demonstration waits for its first cycle to be sealed and compared, and how often it looks, in milliseconds. */
export const CYCLE_MS = 20_000;
export const CYCLE_LOOK_MS = 250;
