import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BackendName,
  type Connections,
  networkDown,
  networkStatus,
  networkUp,
  type NodeRow,
  nodeRows,
  openSession,
  Workspace,
} from '@cotrace/gateway-app';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Watched } from './process-usage.js';

/** A network of its own for one benchmark, in a temporary folder. */
export interface BenchNetwork {
  readonly workspace: Workspace;
  readonly connections: Connections;
  /** Every process that runs, this one as `client`. */
  readonly processes: readonly Watched[];
  /** Seconds that it took to come up. */
  readonly upSeconds: number;
  /** Stops every process but this one; the folder stays for now. */
  down(): Promise<void>;
  /** The network without masters and business nodes, which stop: Fabric and its chaincodes alone. */
  withoutNodes(): Promise<BenchNetwork>;
}

const CATCH_UP_MS = 60_000;

/**
 * Brings a network up, hands it to `use`, and takes it down and removes its folder again, whatever happens.
 * `topology`: text of a topology file. `signal`: gives up before `use` begins.
 */
export async function withNetwork(
  { topology, backend }: { readonly topology: string; readonly backend: BackendName },
  signal: AbortSignal,
  use: (network: BenchNetwork) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cotrace-bench-'));
  const workspace = new Workspace(join(folder, 'network'));
  const quiet = () => undefined;
  try {
    const file = join(folder, 'topology.yaml');
    writeFileSync(file, topology);
    const start = performance.now();
    await networkUp(workspace, { topology: file, backend }, quiet);
    const upSeconds = (performance.now() - start) / 1000;
    const connections = openSession({ home: workspace.root });
    try {
      const down = async () => {
        await networkDown(workspace, false, quiet);
      };
      const network = (): BenchNetwork => ({
        workspace,
        connections,
        processes: watched(workspace),
        upSeconds,
        down,
        withoutNodes: async () => {
          await stopNodes(workspace);
          return network();
        },
      });
      if (!signal.aborted) await use(network());
    } finally {
      connections.close();
    }
  } finally {
    await networkDown(workspace, true, quiet);
    rmSync(folder, { recursive: true, force: true });
  }
}

function watched(workspace: Workspace): Watched[] {
  const running = networkStatus(workspace).processes.flatMap(({ name, pid, running: runs }) =>
    pid === null || !runs ? [] : [{ name, pid }],
  );
  return [...running, { name: 'client', pid: process.pid }];
}

async function stopNodes(workspace: Workspace): Promise<void> {
  const nodes = () => watched(workspace).filter(({ name }) => /\.(?:master|business)$/.test(name));
  for (const { pid } of nodes()) process.kill(pid, 'SIGTERM');
  while (nodes().length > 0) await sleep(50);
}

/** The nodes that run, once every one has processed every block; throws after a minute. */
export async function caughtUp({ connections, processes }: BenchNetwork): Promise<readonly NodeRow[]> {
  if (!processes.some(({ name }) => name.endsWith('.master'))) return [];
  const deadline = Date.now() + CATCH_UP_MS;
  for (;;) {
    const rows = await nodeRows(connections);
    if (rows.every(({ lag }) => lag === 0n)) return rows;
    if (Date.now() > deadline) throw new Error('the nodes did not catch up within a minute');
    await sleep(200);
  }
}
