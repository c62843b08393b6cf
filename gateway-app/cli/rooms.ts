/**
 * Where the functions of commands are. A file is loaded when a command that needs it runs: help and wrong use need none, and
 * come at once.
 */
export const ROOMS = {
  session: () => import('../client/session.js'),
  rules: () => import('../client/rules.js'),
  trustPath: () => import('../client/trust.js'),
  network: () => import('./network.js'),
  capture: () => import('./capture.js'),
  dryRun: () => import('./dry-run.js'),
  trace: () => import('./trace.js'),
  watch: () => import('./watch.js'),
  order: () => import('./order.js'),
  state: () => import('./state.js'),
  nodes: () => import('./nodes.js'),
  checking: () => import('./checking.js'),
  consortium: () => import('./consortium.js'),
  consortiumRules: () => import('./consortium-rules.js'),
  checkConsortium: () => import('./check-consortium.js'),
  define: () => import('./define.js'),
  node: () => import('./node.js'),
  demo: () => import('./demo.js'),
} as const;

export type Rooms = typeof ROOMS;
