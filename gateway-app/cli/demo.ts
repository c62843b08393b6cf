import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openSession } from '../client/session.js';
import { networkDown } from '../deploy/local/down.js';
import { networkUp, type NetworkChoice } from '../deploy/local/up.js';
import { isAborted, pauseFor } from '../node/retry.js';
import { Workspace } from '../workspace/workspace.js';
import { LONG_MS } from './limits.js';
import type { Output } from './output.js';
import { RICE_FILES, showRiceChain } from './rice-chain.js';

/** What the network is where there is none yet and no other is asked for. */
const TOPOLOGY = fileURLToPath(new URL('../../demo/topology.yaml', import.meta.url));

/** How a demonstration starts, talks to and stops its network, and what it captures. */
const REAL = { up: networkUp, down: networkDown, open: openSession, files: RICE_FILES };

/**
 * `npm start`: brings the network up, captures the rice chain, proves the consumer's trace, and shows who stores what.
 * Interrupted at any time, it stops the network. Throws `INTERRUPTED` where that was before everything was checked.
 */
export async function demo(
  home: string,
  choice: NetworkChoice,
  once: boolean,
  output: Output,
  means: typeof REAL = REAL,
): Promise<number> {
  const workspace = new Workspace(home);
  const progress = (message: string) => output.progress(message);
  const interrupt = new AbortController();
  // Stays: a terminal and `npm start` may both send the signal, and the second must not end this process.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupt.abort());
  try {
    const topology = choice.topology ?? (existsSync(workspace.topology) ? null : TOPOLOGY);
    await means.up(workspace, { ...choice, topology }, progress);
    const exitCode = await showNetwork(workspace, means, interrupt.signal, output);
    if (!once) {
      progress('');
      progress(
        'The network stays up until you press Ctrl-C. In another terminal try: node_modules/.bin/cotrace nodes',
      );
      while (!isAborted(interrupt.signal)) await pauseFor(LONG_MS, interrupt.signal);
    }
    return exitCode;
  } finally {
    await means.down(workspace, false, progress);
  }
}

async function showNetwork(
  { root, trust }: Workspace,
  { open, files }: typeof REAL,
  signal: AbortSignal,
  output: Output,
): Promise<number> {
  const connections = open({ home: root });
  try {
    const place = { files, trust, open: (org: string) => open({ home: root, org }) };
    return await showRiceChain(connections, place, signal, output);
  } finally {
    connections.close();
  }
}
