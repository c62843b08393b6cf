import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { CotraceError } from '@cotrace/core';
import type { NetworkInfo } from '../devnet/network-info.js';
import { freePort } from '../free-port.js';
import type { CryptoLayout } from '../identity/layout.js';
import { ordererNodes, type Topology } from '../topology.js';
import type { FabricBinaries } from './binaries.js';
import { FabricLayout } from './fabric-layout.js';
import { joinChannels } from './join-channels.js';
import { fabricInfo } from './network-info.js';
import {
  cleanEnvironment,
  fabricPorts,
  ordererProgram,
  peerProgram,
  type FabricParts,
  type FabricProgram,
} from './node-specs.js';
import { prepareFabric } from './prepare.js';
import { localReach } from './reach.js';
import { PROGRAM_END_MS } from './limits.js';

/** How to start a real Fabric network. */
export interface FabricOptions {
  readonly topology: Topology;
  /** Folder of everything that is kept, of this start alone: ports are chosen anew each time. */
  readonly dir: string;
  readonly binaries: FabricBinaries;
  /** Address `host:port` of the chaincode server by the short name of the organisation. */
  readonly chaincodes: Readonly<Record<string, string>>;
}

/** A running network of Fabric's own programs. */
export interface FabricHandle {
  readonly topology: Topology;
  readonly layout: CryptoLayout;
  readonly networkInfo: NetworkInfo;
  readonly parts: FabricParts;
  /** Ends all programs; resolves when they are gone. */
  stop(): Promise<void>;
}

/**
 * Starts real orderers and peers as children of this process, with all channels joined; chaincodes are the caller's
 * to install. Throws `FABRIC_START` where a program ends, and what joining throws.
 */
export async function startFabric({
  topology,
  dir,
  binaries,
  chaincodes,
}: FabricOptions): Promise<FabricHandle> {
  const files = new FabricLayout(dir);
  const ports: Record<string, number> = {};
  for (const { name } of fabricPorts(topology)) ports[name] = await freePort();
  const { layout, channels } = await prepareFabric(topology, files, binaries, ports);
  const parts: FabricParts = { binaries, files, layout, ports };
  const programs = [
    ...ordererNodes(topology).map((node) => ordererProgram(topology, node, parts)),
    ...topology.organisations.map((organisation) =>
      peerProgram(organisation, { address: chaincodes[organisation.name] ?? '' }, parts),
    ),
  ];
  const children = programs.map((program) => launch(program, join(dir, 'logs')));
  const stop = () => stopAll(children.map(({ child }) => child));
  try {
    const administered = { layout, reach: localReach(ports) };
    await joinChannels(topology, channels, administered, () => requireRunning(children));
    return { topology, layout, parts, networkInfo: fabricInfo(topology, administered, channels), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Child {
  readonly name: string;
  readonly log: string;
  readonly child: ChildProcess;
}

function launch({ name, command, args, env }: FabricProgram, logs: string): Child {
  mkdirSync(logs, { recursive: true });
  const log = join(logs, `${name}.log`);
  const output = openSync(log, 'a');
  try {
    const child = spawn(command, args, {
      stdio: ['ignore', output, output],
      env: { ...cleanEnvironment(process.env), ...env },
    });
    return { name, log, child };
  } finally {
    closeSync(output);
  }
}

function requireRunning(children: readonly Child[]): void {
  const ended = children.find(({ child }) => child.exitCode !== null || child.signalCode !== null);
  if (ended === undefined) return;
  const { name, log } = ended;
  throw new CotraceError('FABRIC_START', `${name} has ended; see ${log}`, { name, log });
}

async function stopAll(children: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const impatience = setTimeout(() => child.kill('SIGKILL'), PROGRAM_END_MS);
      await ended;
      clearTimeout(impatience);
    }),
  );
}
