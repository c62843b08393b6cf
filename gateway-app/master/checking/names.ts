/** Names of the contracts that every sidecar serves: on the channel `checking`, and on main. */
export const CHECKING = 'checking';
export const ANCHOR = 'anchor';
