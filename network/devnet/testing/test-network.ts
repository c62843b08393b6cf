import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultTopology, type Topology } from '../../topology.js';
import type { DevnetHandle } from '../handle.js';
import type { DevnetOptions } from '../options.js';
import { start } from '../start.js';

/** A folder that goes away with the test. */
export function temporaryFolder(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'cotrace-devnet-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** The default network, cutting blocks after a few milliseconds. */
export function quickTopology(changes: Partial<Topology> = {}): Topology {
  const topology = defaultTopology();
  return { ...topology, batch: { ...topology.batch, timeout: '10ms' }, ...changes };
}

/** Starts a network in a folder of its own; `close` stops it and removes the folder. */
export async function startTestNetwork(
  options: Partial<DevnetOptions> = {},
): Promise<{ readonly network: DevnetHandle; readonly close: () => Promise<void> }> {
  const folder = temporaryFolder();
  const network = await start({ topology: quickTopology(), dir: folder.dir, ...options });
  return {
    network,
    close: async () => {
      await network.stop();
      folder.remove();
    },
  };
}
