import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkingHeaderHash, toHex } from '@cotrace/core';
import { approvalCall, commitCall } from '@cotrace/fabric-model';
import { outOfPeersPolicy } from '@cotrace/network';
import { expect } from '@jest/globals';
import { loadClient, readClientConfig } from '../../gateway-app/client/client-config.js';
import { Connections, type ConnectedNode } from '../../gateway-app/client/connections.js';
import { listCycles, type CycleRow } from '../../gateway-app/client/list-cycles.js';
import { nodeRows, type NodeRow } from '../../gateway-app/client/node-rows.js';
import { readConsortium } from '../../gateway-app/consortium/read.js';
import { connectAdministrator } from '../../gateway-app/deploy/administrator.js';
import { readNetworkState } from '../../gateway-app/deploy/local/network-state.js';
import { startProcess, stopProcess, type ProcessEntry } from '../../gateway-app/deploy/processes.js';
import { Master, type CheckingState, type Cycle } from '../../gateway-app/gen/cotrace/cotrace_pb.js';
import { openDatabase, type Store } from '../../gateway-app/node/store.js';
import { codeOf } from '../../gateway-app/testing/codes.js';
import type { Lie } from '../../gateway-app/testing/lying-contract.js';
import { put } from '../../gateway-app/testing/transactions.js';
import { readNetworkTopology } from '../../gateway-app/workspace/topology-file.js';
import { COMMAND } from '../acceptance/cotrace.js';
import { Sender } from '../acceptance/sender.js';
import { Liar } from './liar.js';
import { SystemNetwork } from './network.js';

const PATIENCE_MS = 120_000;
const MOST_TURNS = 10;

/** The MSP ids of the honest organisations. */
export const HONEST = ['Org2MSP', 'Org3MSP'] as const;
/** The MSP id of the one that lies. */
export const LIAR = 'Org1MSP';

/** A network of three organisations of which the first lies, and which seals every four blocks. */
export class SealingScene {
  readonly network: SystemNetwork;
  readonly liar: Liar;
  readonly sender: Sender;
  readonly #connections: Connections;
  #grown = 0;
  #restarted: ProcessEntry | null = null;

  private constructor(network: SystemNetwork, liar: Liar) {
    this.network = network;
    this.liar = liar;
    const { workspace, scene } = network;
    this.sender = new Sender(scene.cotrace.home);
    this.#connections = new Connections(loadClient(readClientConfig(workspace.client('org2'))));
  }

  static async up(topology: string): Promise<SealingScene> {
    const network = new SystemNetwork();
    await network.up('--topology', network.scene.write('topology.yaml', topology));
    return new SealingScene(network, await Liar.start(network));
  }

  async remove(): Promise<void> {
    this.sender.close();
    this.#connections.close();
    await this.liar.stop();
    if (this.#restarted !== null) await stopProcess(this.#restarted, 10_000);
    await this.network.scene.remove();
  }

  /** What the honest masters say of cycle `checkNum`. */
  states(checkNum = 0n): Promise<CheckingState[]> {
    return Promise.all(
      this.#honest().map(({ client }) => client.call(Master.method.checkingStatus, { checkNum })),
    );
  }

  /** Cycle `checkNum` as an honest master has it. */
  async cycle(checkNum: bigint): Promise<Cycle> {
    const [{ client }] = this.#honest() as [ConnectedNode];
    const { cycles } = await client.call(Master.method.cycles, { checkNum, count: 1 });
    const [cycle] = cycles;
    if (cycle === undefined) throw new RangeError(`cycle ${checkNum} has not ended`);
    return cycle;
  }

  async header(checkNum: bigint): Promise<Uint8Array> {
    return (await this.cycle(checkNum)).header;
  }

  /** The parts of cycle `checkNum` that are recorded on the channel, hexadecimal, by domain. */
  async parts(checkNum: bigint): Promise<ReadonlyMap<string, string>> {
    const parts = await this.liar.query(HONEST[0], 'parts', String(checkNum));
    return new Map(
      (parts as readonly { domain: string; hpart: string }[]).map(({ domain, hpart }) => [domain, hpart]),
    );
  }

  /** Has main grow until another cycle has ended at all honest masters, and returns its number. */
  async endCycle(): Promise<bigint> {
    const ended = async (): Promise<bigint> => least((await this.states()).map(({ computed }) => computed));
    const next = (await ended()) + 1n;
    while ((await ended()) < next) {
      this.#grown += 1;
      await this.sender.commits(put(this.sender.signers, 'production', { [`grown/${this.#grown}`]: 'x' }));
    }
    return next;
  }

  /** Waits until the honest masters know all cycles up to `checkNum` to be recorded and sealed. */
  async sealed(checkNum: bigint): Promise<void> {
    await this.until(`cycle ${checkNum} sealed`, async () =>
      (await this.states()).every(({ recorded, sealed }) => recorded >= checkNum && sealed >= checkNum),
    );
  }

  /** The number of a cycle that has just ended, which the liar is to have sealed; those before it are sealed. */
  async liarsTurn(): Promise<bigint> {
    await this.sealed(least((await this.states()).map(({ computed }) => computed)));
    for (;;) {
      const checkNum = await this.endCycle();
      if (checkNum % 3n === 0n) return checkNum;
      await this.sealed(checkNum);
    }
  }

  /**
   * Has cycles sealed by the organisation before the liar, which asks it before others, while it endorses so, until one of them
   * shows that it was asked: not where it computed the header later than the others. Returns that cycle, or the last of a few.
   */
  async asksLiar(how: Lie, isAsked: (row: CycleRow) => boolean): Promise<CycleRow> {
    for (let i = 1; ; i++) {
      const row = await this.ends(await this.#turnBeforeLiars(() => this.liar.endorse(how)));
      this.liar.endorse('anything');
      if (isAsked(row) || i === MOST_TURNS) return row;
    }
  }

  /** The number of a cycle that has just ended, which the organisation before the liar is to have sealed; `before` is called before it ends. */
  async #turnBeforeLiars(before: () => void): Promise<bigint> {
    let ended = least((await this.states()).map(({ computed }) => computed));
    await this.sealed(ended);
    while (ended % 3n !== 1n) {
      ended = await this.endCycle();
      if (ended % 3n === 0n) await this.sealsInTurn(ended);
      else await this.sealed(ended);
    }
    before();
    return this.endCycle();
  }

  /** Has the liar seal a cycle in its turn as an honest initiator does, but for its parts. */
  async sealsInTurn(checkNum: bigint): Promise<void> {
    const call = ['sealCycle', await this.header(checkNum)] as const;
    expect(await this.liar.submits(call, LIAR, HONEST[0])).toBe('VALID');
    await this.sealed(checkNum);
  }

  /** Has all administrators agree that one organisation's endorsement is enough for the contract `checking`. */
  async weaken(): Promise<void> {
    const topology = readNetworkTopology(this.network.workspace);
    const consortium = readConsortium(this.network.workspace.consortium);
    const { layout, contract } = this.liar;
    const mspIds = [LIAR, ...HONEST];
    const definition = {
      name: 'checking',
      version: '1',
      sequence: 2n,
      validationParameter: outOfPeersPolicy(1, mspIds),
    };
    const administrators = (topology?.organisations ?? []).map((organisation) =>
      connectAdministrator(organisation, layout, consortium),
    );
    try {
      const lifecycles = administrators.map(({ mspId, network }) => ({
        mspId,
        lifecycle: network('checking').getContract('_lifecycle'),
      }));
      const approval = approvalCall(definition, contract.packageId);
      for (const { mspId, lifecycle } of lifecycles) {
        await lifecycle.submit(approval.name, {
          arguments: [approval.argument],
          endorsingOrganizations: [mspId],
        });
      }
      const { name, argument } = commitCall(definition);
      await lifecycles[0]?.lifecycle.submit(name, { arguments: [argument] });
    } finally {
      for (const administrator of administrators) administrator.close();
    }
  }

  /**
   * Waits until every business node has compared cycle `checkNum` and found it right, while every node follows, and returns it as
   * `cotrace checking` shows it.
   */
  async ends(checkNum: bigint): Promise<CycleRow> {
    await this.sealed(checkNum);
    const isRight = ({ role, state, consistentUpTo }: NodeRow): boolean =>
      state === 'following' && (role === 'master' || (consistentUpTo ?? 0n) >= checkNum);
    await this.until(`cycle ${checkNum} compared`, async () =>
      (await nodeRows(this.#connections)).every(isRight),
    );
    const { cycles } = await listCycles(this.#connections, { cycle: checkNum });
    const [row] = cycles as readonly [CycleRow];
    const headerHash = toHex(checkingHeaderHash(await this.header(checkNum)));
    expect(row).toMatchObject({ recorded: true, headerHash });
    expect(row.endorsers.length).toBeGreaterThanOrEqual(2);
    return row;
  }

  /** Stops the master of the third organisation, has its store changed, and starts it again. */
  async damage(change: (store: Store) => Promise<void>): Promise<void> {
    const { workspace } = this.network;
    const name = 'org3.master';
    const entry = readNetworkState(workspace).processes.find((process) => process.name === name);
    if (entry === undefined) throw new RangeError(`there is no process ${name}`);
    await stopProcess(entry, 10_000);
    const store = await openDatabase(join(workspace.nodes, name));
    await change(store);
    await store.close();
    const args = [COMMAND, 'node', join(workspace.configs, `${name}.json`)];
    this.#restarted = startProcess({ name, owner: workspace.root, args, log: workspace.log(name) });
    while ((await codeOf(() => this.states())) !== null) await sleep(100);
  }

  /** Waits until an honest master has written a line like this in its log. */
  async said(line: RegExp): Promise<void> {
    await this.until(`a line like ${line.source}`, () => Promise.resolve(this.hasSaid(line)));
  }

  /** Whether an honest master has. */
  hasSaid(line: RegExp): boolean {
    const { workspace } = this.network;
    return ['org2.master', 'org3.master'].some((name) =>
      line.test(readFileSync(workspace.log(name), 'utf8')),
    );
  }

  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const until = Date.now() + PATIENCE_MS;
    while (!(await isSo())) {
      if (Date.now() > until) {
        const states = (await this.states()).map(({ computed, recorded, sealed }) => ({
          computed,
          recorded,
          sealed,
        }));
        throw new Error(
          `it did not come to ${what}: ${states.map((one) => Object.values(one).join(' ')).join('; ')}`,
        );
      }
      await sleep(50);
    }
  }

  #honest(): ConnectedNode[] {
    return this.#connections.masters().filter(({ mspId }) => mspId !== LIAR);
  }
}

function least(numbers: readonly bigint[]): bigint {
  return numbers.reduce((a, b) => (a < b ? a : b));
}
