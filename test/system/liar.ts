import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromUtf8 } from '@cotrace/core';
import { decodeRefusal } from '@cotrace/chaincode';
import { ChannelConfig, peer, type MspManager } from '@cotrace/fabric-model';
import { CryptoLayout, loadIdentity, nodeVerifier, type SigningIdentity } from '@cotrace/network';
import { loadClient, readClientConfig } from '../../gateway-app/client/client-config.js';
import { readNetworkState } from '../../gateway-app/deploy/local/network-state.js';
import { stopProcess } from '../../gateway-app/deploy/processes.js';
import { connectFabric, type FabricConnection } from '../../gateway-app/fabric/connection.js';
import { endorseByEach, type EndorsedByEach } from '../../gateway-app/fabric/endorse-by-each.js';
import { ContractHost } from '../../gateway-app/master/contract/host.js';
import type { ContractConfig, ProcessConfig } from '../../gateway-app/node/node-config.js';
import { contractProgram } from '../../gateway-app/testing/contract-program.js';
import type { Lie } from '../../gateway-app/testing/lying-contract.js';
import { SilentLog } from '../../gateway-app/testing/silent-log.js';
import { readNetworkTopology } from '../../gateway-app/workspace/topology-file.js';
import { COMMAND } from '../acceptance/cotrace.js';
import type { SystemNetwork } from './network.js';

/** A call of the contract `checking`, or of `anchor` on main. */
export type LiarsCall = readonly [name: string, ...args: readonly Uint8Array[]];

/** What each of some organisations refuses a call with, by its MSP id. */
export type Refusals = Readonly<Record<string, string>>;

/**
 * The first organisation of a network as somebody has it who holds all its keys: its master follows both channels and takes no
 * part in sealing, what its endorser answers is the test's to say, and its client submits what the test wants.
 */
export class Liar {
  readonly mspId: string;
  readonly client: SigningIdentity;
  /** Its peer, and its master, whose certificate is a peer's, too. */
  readonly peers: readonly SigningIdentity[];
  readonly contract: ContractConfig;
  readonly layout: CryptoLayout;
  readonly #fabric: FabricConnection;
  readonly #manager: MspManager;
  readonly #endorser: ContractHost<Lie>;
  readonly #master: ChildProcess;

  private constructor(parts: {
    readonly client: SigningIdentity;
    readonly peers: readonly SigningIdentity[];
    readonly contract: ContractConfig;
    readonly layout: CryptoLayout;
    readonly fabric: FabricConnection;
    readonly manager: MspManager;
    readonly endorser: ContractHost<Lie>;
    readonly master: ChildProcess;
  }) {
    this.mspId = parts.client.mspId;
    this.client = parts.client;
    this.peers = parts.peers;
    this.contract = parts.contract;
    this.layout = parts.layout;
    this.#fabric = parts.fabric;
    this.#manager = parts.manager;
    this.#endorser = parts.endorser;
    this.#master = parts.master;
  }

  /** Takes the place of the first organisation of a network that runs. */
  static async start(network: SystemNetwork): Promise<Liar> {
    const { workspace, scene } = network;
    const topology = readNetworkTopology(workspace);
    const [organisation] = topology?.organisations ?? [];
    if (topology === null || organisation === undefined) throw new Error('there is no network');
    const clientConfig = readClientConfig(workspace.client(organisation.name));
    // crypto/peerOrganizations/ORGANISATION/users/USER/msp
    const layout = new CryptoLayout(join(clientConfig.mspDir, '../../../../..'), topology);
    const name = `${organisation.name}.master`;
    const config = JSON.parse(readFileSync(join(workspace.configs, `${name}.json`), 'utf8')) as ProcessConfig;
    const [{ contract, ...node }] = config.nodes as [ProcessConfig['nodes'][number]];
    if (contract === undefined) throw new Error(`${name} serves no contract`);
    const [entry] = readNetworkState(workspace).processes.filter((one) => one.name === name);
    if (entry !== undefined) await stopProcess(entry, 10_000);
    const path = scene.write('liar.json', { ...config, nodes: [node] });
    const master = spawn(process.execPath, [COMMAND, 'node', path], { stdio: 'ignore' });
    const { listen: address, packageId } = contract;
    const program = await contractProgram(scene.path('lying'), 'lying-contract.ts');
    const service = { address, packageId, tls: null, log: new SilentLog(), program };
    const endorser = await ContractHost.start<Lie>(service);
    const context = loadClient(clientConfig);
    const { identity: client, tls } = context;
    const { peer: endpoint, tlsRoots } = context.organisation;
    const fabric = connectFabric({ ...endpoint, tlsRoots, identity: client, tls }, 'calls');
    const main = fabric.gateway.getNetwork(topology.channels.main).getContract('cscc');
    const block = await main.evaluateTransaction('GetConfigBlock', topology.channels.main);
    const manager = ChannelConfig.fromBlock(block).manager(nodeVerifier);
    const peers = [layout.peer(organisation), layout.master(organisation)].map((folder) =>
      loadIdentity(join(folder, 'msp'), organisation.mspId),
    );
    return new Liar({ client, peers, contract, layout, fabric, manager, endorser, master });
  }

  /** What its endorser does from now on. */
  endorse(lie: Lie): void {
    this.#endorser.post(lie);
  }

  /** Asks organisations to endorse a call; a transaction comes of it where all do, and alike. */
  ask([name, ...args]: LiarsCall, ...mspIds: readonly string[]): Promise<EndorsedByEach> {
    const [channel, chaincode] = name === 'anchor' ? ['main', 'anchor'] : ['checking', 'checking'];
    const call = { channel, chaincode, name, arguments: args };
    return endorseByEach(this.#fabric.gateway, call, {
      mspIds,
      quorum: mspIds.length,
      manager: this.#manager,
    });
  }

  /** The codes with which organisations refuse a call. */
  async refusals(call: LiarsCall, ...mspIds: readonly string[]): Promise<Refusals> {
    const { refused } = await this.ask(call, ...mspIds);
    return Object.fromEntries(
      refused.map(({ mspId, text }) => [mspId, decodeRefusal(text.slice(text.indexOf('{')))?.code ?? text]),
    );
  }

  /** Submits a call that organisations endorse; the name of its validation code once it is in a block. */
  async submits(call: LiarsCall, ...mspIds: readonly string[]): Promise<string> {
    return this.commits(await this.ask(call, ...mspIds));
  }

  /** Submits what came of a call; the name of its validation code once it is in a block. */
  async commits(endorsed: EndorsedByEach): Promise<string> {
    return (await this.sends(endorsed)).code();
  }

  /** Has what came of a call ordered; `code`: as `commits`. */
  async sends({ transaction, ...others }: EndorsedByEach): Promise<{ readonly code: () => Promise<string> }> {
    if (transaction === null) throw new Error(`not all endorsed it: ${JSON.stringify(others)}`);
    const submitted = await transaction.submit();
    return {
      code: async () => {
        const { code } = await submitted.getStatus();
        return peer.TxValidationCode[code] ?? String(code);
      },
    };
  }

  /** What the honest endorser of `mspId` answers to a query of `checking`. */
  async query(mspId: string, name: string, ...args: readonly string[]): Promise<unknown> {
    const contract = this.#fabric.gateway.getNetwork('checking').getContract('checking');
    const answer = await contract.evaluate(name, { arguments: [...args], endorsingOrganizations: [mspId] });
    return JSON.parse(fromUtf8(answer));
  }

  async stop(): Promise<void> {
    this.#fabric.close();
    await this.#endorser.close();
    const ended = once(this.#master, 'exit');
    this.#master.kill('SIGTERM');
    await ended;
  }
}
