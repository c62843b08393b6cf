import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  parseTopology,
  start,
  type ChannelConfigurations,
  type CryptoLayout,
  type DevnetHandle,
  type NetworkInfo,
  type Reach,
  type Topology,
} from '@cotrace/network';
import type { Consortium } from '../consortium/consortium.js';
import { makeConsortium } from '../deploy/make-consortium.js';

/** The embedded network in this process, of two organisations, without chaincodes. */
export class RunningDevnet {
  readonly #handle: DevnetHandle;
  readonly #dir: string;
  readonly consortium: Consortium;

  private constructor(handle: DevnetHandle, dir: string) {
    this.#handle = handle;
    this.#dir = dir;
    const { topology, layout, networkInfo } = handle;
    this.consortium = makeConsortium(topology, layout, networkInfo, (name) => `${name}:7100`);
  }

  static async start(): Promise<RunningDevnet> {
    const dir = await mkdtemp(join(tmpdir(), 'cotrace-running-devnet-'));
    const organisations = ['org1', 'org2'].map((name) => ({
      name,
      mspId: `${name}MSP`,
      domain: `${name}.example.com`,
    }));
    const topology = parseTopology(JSON.stringify({ organisations, batch: { timeout: '10ms' } }));
    const address = '127.0.0.1:1';
    const chaincodeConfig = { org1: { address }, org2: { address } };
    return new RunningDevnet(await start({ topology, dir, chaincodeConfig }), dir);
  }

  get topology(): Topology {
    return this.#handle.topology;
  }

  get layout(): CryptoLayout {
    return this.#handle.layout;
  }

  get info(): NetworkInfo {
    return this.#handle.networkInfo;
  }

  /** The peers, by the names under which Fabric's own are reached. */
  get reach(): Reach {
    return (name) => this.info.peers[name.replace('fabric.peer.', '')]?.address ?? '';
  }

  /** The configurations in force. */
  get configurations(): ChannelConfigurations {
    const { main, checking } = this.topology.channels;
    return { main: this.#handle.ledger(main).config, checking: this.#handle.ledger(checking).config };
  }

  /** The chaincode definition that is committed on a channel, by default `main`. */
  definition(name: string, channel = this.topology.channels.main) {
    return this.#handle.ledger(channel).definition(name);
  }

  async stop(): Promise<void> {
    await this.#handle.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }
}
