import { openSession } from '../client/session.js';
import { networkDown } from '../deploy/local/down.js';
import { networkUp, type NetworkChoice } from '../deploy/local/up.js';
import { isAborted, pauseFor } from '../node/retry.js';
import { Workspace } from '../workspace/workspace.js';
import { LONG_MS } from './limits.js';
import type { Output } from './output.js';
import { showRiceChain } from './rice-chain.js';

/** The network that a demonstration starts, talks to and stops. */
const NETWORK = { up: networkUp, down: networkDown, open: openSession };

/**
 * `npm start`: brings the network up, captures the rice chain, proves the consumer's trace, and shows who stores what.
 * Interrupted at any time, it stops the network. Throws `INTERRUPTED` where that was before everything was checked.
 */
export async function demo(
  home: string,
  choice: NetworkChoice,
  once: boolean,
  output: Output,
  network: typeof NETWORK = NETWORK,
): Promise<number> {
  const workspace = new Workspace(home);
  const progress = (message: string) => output.progress(message);
  const interrupt = new AbortController();
  // Stays: a terminal and `npm start` may both send the signal, and the second must not end this process.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupt.abort());
  try {
    await network.up(workspace, choice, progress);
    const exitCode = await showNetwork(workspace, network, interrupt.signal, output);
    if (!once) {
      progress('');
      progress(
        'The network stays up until you press Ctrl-C. In another terminal try: node_modules/.bin/cotrace nodes',
      );
      while (!isAborted(interrupt.signal)) await pauseFor(LONG_MS, interrupt.signal);
    }
    return exitCode;
  } finally {
    await network.down(workspace, false, progress);
  }
}

async function showNetwork(
  { root, trust }: Workspace,
  { open }: typeof NETWORK,
  signal: AbortSignal,
  output: Output,
): Promise<number> {
  const connections = open({ home: root });
  try {
    return await showRiceChain(connections, trust, (org) => open({ home: root, org }), signal, output);
  } finally {
    connections.close();
  }
}
