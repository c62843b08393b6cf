/** What a state of a node means to who operates it. */
interface StateTerms {
  /** Exit code of a command that finds a node so. */
  readonly exit: 0 | 1;
  /** How it is logged when a node comes to it. */
  readonly level: 'info' | 'warn' | 'error';
}

/**
 * Every state that a node can be in; docs/architecture.md (States of nodes) says what leads to each and what out of it.
 * The last two are not a node's own word: it does not answer, or answers what is no state.
 */
export const NODE_STATES = {
  following: { exit: 0, level: 'info' },
  starting: { exit: 1, level: 'info' },
  'peer away': { exit: 1, level: 'warn' },
  'bad block': { exit: 1, level: 'warn' },
  stalled: { exit: 1, level: 'warn' },
  'no quorum': { exit: 1, level: 'warn' },
  'rolled back': { exit: 1, level: 'error' },
  forked: { exit: 1, level: 'error' },
  'wrong network': { exit: 1, level: 'error' },
  unreadable: { exit: 1, level: 'error' },
  outdated: { exit: 1, level: 'error' },
  refused: { exit: 1, level: 'error' },
  diverged: { exit: 1, level: 'error' },
  disputed: { exit: 1, level: 'error' },
  inconsistent: { exit: 1, level: 'error' },
  'store failed': { exit: 1, level: 'error' },
  away: { exit: 1, level: 'warn' },
  unknown: { exit: 1, level: 'warn' },
} as const satisfies Readonly<Record<string, StateTerms>>;

export type NodeState = keyof typeof NODE_STATES;

/** A node's state, and in a sentence why it is not `following`. */
export interface Standing {
  readonly state: NodeState;
  readonly reason: string;
}

export const FOLLOWING: Standing = { state: 'following', reason: '' };

/** The state of this name; `unknown` for any other text, as a newer or a lying node may send. */
export function nodeState(name: string): NodeState {
  return Object.hasOwn(NODE_STATES, name) ? (name as NodeState) : 'unknown';
}

export function isWell(state: NodeState): boolean {
  return NODE_STATES[state].exit === 0;
}
