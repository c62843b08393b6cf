import { setTimeout as sleep } from 'node:timers/promises';
import type { Block } from '@cotrace/fabric-model';
import type { Network } from '@hyperledger/fabric-gateway';
import type { Connections } from '../../gateway-app/client/connections.js';
import { nodeRows, type NodeRow } from '../../gateway-app/client/node-rows.js';
import { openSession } from '../../gateway-app/client/session.js';
import type { Consortium } from '../../gateway-app/consortium/consortium.js';
import { connectFabric, type FabricConnection } from '../../gateway-app/fabric/connection.js';
import { readNetworkTopology } from '../../gateway-app/workspace/topology-file.js';
import { Workspace } from '../../gateway-app/workspace/workspace.js';
import { Scene } from '../acceptance/scene.js';
import { LedgerView } from '../faults/ledger-view.js';
import { Random } from '../faults/random.js';
import { blocksOf } from './channel-blocks.js';
import { runOtherContract, untilCallable } from './contracts.js';
import { load, type Outcomes } from './load.js';

const PATIENCE_MS = 240_000;

/** A network whose domains' chaincodes were called by chance until main had so many blocks, and whose cycles are all sealed. */
export class LoadedNetwork {
  readonly #scene = new Scene();
  readonly #sessions: Connections[] = [];
  readonly #fabric: FabricConnection[] = [];
  #view: LedgerView | null = null;

  /** Brings it up by `network up` with `flags` and a topology, and calls it until main has `height` blocks. */
  async start(
    flags: readonly string[],
    topology: string,
    { seed, height }: { readonly seed: number; readonly height: bigint },
  ): Promise<Outcomes> {
    const { cotrace } = this.#scene;
    const path = this.#scene.write('topology.yaml', topology);
    const { code, stderr } = await cotrace.run('network', 'up', ...flags, '--topology', path);
    if (code !== 0) throw new Error(`network up: ${stderr}`);
    const workspace = new Workspace(cotrace.home);
    const known = readNetworkTopology(workspace);
    if (known === null) throw new RangeError('the network has no topology');
    for (const { name } of known.organisations) {
      const session = openSession({ home: cotrace.home, org: name });
      const { organisation, identity, tls } = session.context;
      const { peer, tlsRoots } = organisation;
      this.#sessions.push(session);
      this.#fabric.push(connectFabric({ ...peer, tlsRoots, identity, tls }, 'calls'));
    }
    this.#view = new LedgerView(cotrace.home);
    const { channels, domains } = this.consortium;
    const networks = this.#fabric.map(({ gateway }) => gateway.getNetwork(channels.main.name));
    await runOtherContract({ workspace, topology: known, consortium: this.consortium });
    await untilCallable(networks, domains);
    const outcomes = await load(networks, domains, new Random(seed), height);
    await this.#settled();
    return outcomes;
  }

  get consortium(): Consortium {
    return this.#session.context.consortium;
  }

  /** Looks at its nodes. */
  get view(): LedgerView {
    if (this.#view === null) throw new RangeError('it has not been started');
    return this.#view;
  }

  /** The rows of `cotrace nodes`. */
  rows(): Promise<readonly NodeRow[]> {
    return nodeRows(this.#session);
  }

  /** All blocks of a channel, as the first organisation's peer has validated them. */
  blocks(channel: 'main' | 'checking'): Promise<readonly Block[]> {
    return blocksOf(this.#network(this.consortium.channels[channel].name));
  }

  /** As `blocks`, once they are as they come to be. */
  async blocksOnce(
    channel: 'main' | 'checking',
    isSo: (blocks: readonly Block[]) => boolean,
  ): Promise<readonly Block[]> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const blocks = await this.blocks(channel);
      if (isSo(blocks) || Date.now() > until) return blocks;
      await sleep(1000);
    }
  }

  async remove(): Promise<void> {
    this.#view?.close();
    for (const connection of [...this.#fabric, ...this.#sessions]) connection.close();
    await this.#scene.remove();
  }

  get #session(): Connections {
    const [session] = this.#sessions;
    if (session === undefined) throw new RangeError('it has not been started');
    return session;
  }

  #network(channel: string): Network {
    const [connection] = this.#fabric;
    if (connection === undefined) throw new RangeError('it has not been started');
    return connection.gateway.getNetwork(channel);
  }

  /** Until every cycle is sealed, the newest is anchored, and every business node has compared them. */
  async #settled(): Promise<void> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const rows = await this.rows();
      const cycles = rows.flatMap(({ checking, consistentUpTo }) =>
        checking === null
          ? [consistentUpTo]
          : [checking.computed, checking.recorded, checking.sealed, checking.anchored],
      );
      if (rows.every(({ lag }) => lag === 0n) && new Set(cycles).size === 1) return;
      if (Date.now() > until) {
        const shown = rows.map(({ name, state, reason }) => `${name} ${state} ${reason}`).join('\n');
        throw new Error(`cycles ${cycles.join(' ')} of nodes that should agree:\n${shown}`);
      }
      await sleep(200);
    }
  }
}
