import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isCotraceError } from '@cotrace/core';
import type { StoredLedger } from '@cotrace/gateway-app/ledgers';
import {
  administer,
  cleanEnvironment,
  FabricLayout,
  fabricPorts,
  freePort,
  localReach,
  peerName,
  peerProgram,
  prepareFabric,
  type FabricBinaries,
  type FabricProgram,
} from '@cotrace/network';
import { PeerFiles } from './peer-files.js';

const LOOK_MS = 500;

/** A Fabric peer of the first organisation of a generated ledger, which is given the ledger's blocks as files. */
export class FabricPeer {
  readonly files: PeerFiles;
  readonly #program: FabricProgram;
  readonly #log: string;
  readonly #channels: () => Promise<string[]>;
  readonly #release: () => void;

  private constructor(
    files: PeerFiles,
    program: FabricProgram,
    log: string,
    administration: { channels(): Promise<string[]>; close(): void },
  ) {
    this.files = files;
    this.#program = program;
    this.#log = log;
    this.#channels = () => administration.channels();
    this.#release = () => administration.close();
  }

  /** A peer that has joined main by the ledger's genesis block. Throws `PEER_ADMIN`, and as `prepareFabric`. */
  static async join(stored: StoredLedger, binaries: FabricBinaries): Promise<FabricPeer> {
    const { test: network } = stored.network;
    const { topology } = network;
    const [organisation] = topology.organisations;
    if (organisation === undefined) throw new RangeError('there is no organisation');
    const files = new FabricLayout(network.dir);
    const ports = Object.fromEntries(
      await Promise.all(fabricPorts(topology).map(async ({ name }) => [name, await freePort()] as const)),
    );
    const { layout } = await prepareFabric(topology, files, binaries, ports);
    const program = peerProgram(organisation, {}, { binaries, files, layout, ports });
    const data = files.data(peerName(organisation));
    rmSync(data, { recursive: true, force: true });
    const administration = administer(organisation, { layout, reach: localReach(ports) });
    const ledger = new PeerFiles(join(data, 'ledgersData'), topology.channels.main);
    const peer = new FabricPeer(ledger, program, join(network.dir, 'peer.log'), administration);
    await peer.#whileRunning(() => administration.join(network.genesis));
    return peer;
  }

  /** Starts it, waits until it has taken in what its files hold up to block `last`, and ends it. */
  async takeIn(last: bigint): Promise<void> {
    await this.files.offer(last);
    await this.#whileRunning(() => Promise.resolve());
  }

  async close(): Promise<void> {
    await this.files.close();
    this.#release();
  }

  async #whileRunning(act: () => Promise<void>): Promise<void> {
    const child = this.#start();
    const ended = once(child, 'exit');
    try {
      await this.#answers(child);
      await act();
    } finally {
      child.kill('SIGTERM');
      await ended;
    }
  }

  #start(): ChildProcess {
    const { command, args, env } = this.#program;
    const output = openSync(this.#log, 'a');
    try {
      return spawn(command, args, {
        stdio: ['ignore', output, output],
        env: { ...cleanEnvironment(process.env), ...env },
      });
    } finally {
      closeSync(output);
    }
  }

  /** A peer answers once its ledgers are open, with all that their files hold: that may take minutes. */
  async #answers(child: ChildProcess): Promise<void> {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the peer has ended; see ${this.#log}`);
      try {
        await this.#channels();
        return;
      } catch (error) {
        if (!isCotraceError(error, 'PEER_ADMIN')) throw error;
        await sleep(LOOK_MS);
      }
    }
  }
}
