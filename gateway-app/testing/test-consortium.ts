import { join } from 'node:path';
import { loadIdentity, loadTls } from '@cotrace/network';
import { Connections } from '../client/connections.js';
import { grpcWire } from '../client/grpc-wire.js';
import type { GatewayPeer, Wire } from '../client/wire.js';
import { startBusinessNode } from '../business/business-node.js';
import type { Consortium, ConsortiumNode } from '../consortium/consortium.js';
import type { MainPeer } from '../fabric/main-peer.js';
import { startMaster, type ConnectPeer } from '../master/master-node.js';
import { findNode, findOrganisation, type NodeConfig, type RunningNode } from '../node/node-config.js';
import { RpcClient } from '../node/rpc-client.js';
import { startFalseMaster, type Falsehood } from './false-master.js';
import { freePorts } from './free-ports.js';
import { HASTE } from './test-business-node.js';
import { TestChain } from './test-chain.js';
import { TestNetwork, type TestNetworkOptions } from './test-network.js';

/**
 * Whole nodes that talk gRPC over mutual TLS on free ports. Only the peers are not there: each master is fed from a
 * chain in memory, its own one where a test gives it one.
 */
export class TestConsortium {
  readonly network: TestNetwork;
  readonly chain: TestChain;
  readonly consortium: Consortium;
  readonly #running = new Map<string, RunningNode>();
  readonly #clients: RpcClient[] = [];
  /** Connections by who opened them to whom: a node takes a bounded number of each caller. */
  readonly #opened = new Map<string, RpcClient>();
  readonly #connections: Connections[] = [];

  private constructor(network: TestNetwork, consortium: Consortium) {
    this.network = network;
    this.chain = new TestChain(network);
    this.consortium = consortium;
  }

  static async create(options: TestNetworkOptions = {}): Promise<TestConsortium> {
    const network = await TestNetwork.create(options);
    const { nodes } = network.consortium;
    const ports = await freePorts(nodes.length);
    return new TestConsortium(network, {
      ...network.consortium,
      nodes: nodes.map((node, i) => ({
        ...node,
        address: node.role === 'client' ? null : `localhost:${ports[i] ?? 0}`,
      })),
    });
  }

  /** Starts nodes, one after the other. */
  async start(...names: readonly string[]): Promise<void> {
    for (const name of names) this.#running.set(name, await this.startNode(name));
  }

  /** Starts a node that the caller stops. `chain`: what the peer of a master delivers; `other`: what is to be configured otherwise. */
  startNode(name: string, chain = this.chain, other: Partial<NodeConfig> = {}): Promise<RunningNode> {
    const config = { ...this.configOf(name), ...other };
    this.#forgetConnections(name);
    return this.node(name).role === 'master'
      ? startMaster(config, this.consortium, connectPeers(chain))
      : startBusinessNode(config, this.consortium, undefined, HASTE);
  }

  configOf(name: string): NodeConfig {
    const folder = this.#folderOf(this.node(name));
    return {
      name,
      mspDir: join(folder, 'msp'),
      tlsDir: join(folder, 'tls'),
      storeDir: this.network.folder('nodes', name),
    };
  }

  async stop(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.#running.get(name)?.stop();
      this.#running.delete(name);
    }
  }

  node(name: string): ConsortiumNode {
    const node = this.consortium.nodes.find((candidate) => candidate.name === name);
    if (node === undefined) throw new RangeError(`there is no node ${name}`);
    return node;
  }

  /** The connection from one node or client of the consortium to a node; a new one where that was started since. */
  connection(from: string, to: string): RpcClient {
    const ends = `${from} ${to}`;
    const client =
      this.#opened.get(ends) ?? this.connectionWith(join(this.#folderOf(this.node(from)), 'tls'), to);
    this.#opened.set(ends, client);
    return client;
  }

  /** A connection to a node with the certificate in any folder; `shown` is the certificate that the node must show. */
  connectionWith(tlsDir: string, to: string, shown = this.node(to).certificate): RpcClient {
    const { role } = this.node(to);
    const { address, mspId } = findNode(this.consortium, to, role);
    const { tlsRoots } = findOrganisation(this.consortium, mspId);
    const client = new RpcClient(address, loadTls(tlsDir), tlsRoots, shown);
    this.#clients.push(client);
    return client;
  }

  /**
   * The connections of the first organisation's client, which `close` closes. `peer` is in place of its organisation's peer,
   * which is not there.
   */
  connections({ peer }: { readonly peer?: GatewayPeer } = {}): Connections {
    const name = 'org1.client';
    const { mspId } = this.node(name);
    const folder = this.#folderOf(this.node(name));
    const context = {
      consortium: this.consortium,
      organisation: findOrganisation(this.consortium, mspId),
      identity: loadIdentity(join(folder, 'msp'), mspId),
      tls: loadTls(join(folder, 'tls')),
    };
    const wire = grpcWire(context);
    const connections = new Connections(context, peer === undefined ? wire : withPeer(wire, peer));
    this.#connections.push(connections);
    return connections;
  }

  /**
   * Starts a false master in place of `name`, with its TLS identity; the honest one, which it asks, listens elsewhere. Both
   * end with `stop(name)`.
   */
  async startFalse(name: string, falsehood: Falsehood): Promise<void> {
    this.#forgetConnections(name);
    const [port = 0] = await freePorts(1);
    const listen = `localhost:${port}`;
    const { address, mspId, certificate } = findNode(this.consortium, name, 'master');
    const config = this.configOf(name);
    const tls = loadTls(config.tlsDir);
    const honest = await startMaster({ ...config, listen }, this.consortium, connectPeers(this.chain));
    const { tlsRoots } = findOrganisation(this.consortium, mspId);
    const client = new RpcClient(listen, tls, tlsRoots, certificate);
    const stop = await startFalseMaster({ address, tls, honest: client }, falsehood);
    this.#running.set(name, {
      ...honest,
      stop: async () => {
        stop();
        client.close();
        await honest.stop();
      },
    });
  }

  /** Stops everything and removes the folder. */
  async close(): Promise<void> {
    for (const client of [...this.#clients, ...this.#connections]) client.close();
    await Promise.all([...this.#running.values()].map((node) => node.stop()));
    await this.network.remove();
  }

  /** A connection backs off while its node is down: who is started is met by new ones. */
  #forgetConnections(to: string): void {
    for (const ends of this.#opened.keys()) if (ends.endsWith(` ${to}`)) this.#opened.delete(ends);
  }

  #folderOf({ mspId, role, domain }: ConsortiumNode): string {
    const organisation = this.network.organisations.find((candidate) => candidate.mspId === mspId);
    if (organisation === undefined) throw new RangeError(`there is no organisation ${mspId}`);
    if (role === 'master') return this.network.layout.master(organisation);
    if (domain !== null) return this.network.layout.business(organisation, domain);
    return this.network.layout.user(organisation, 'User1');
  }
}

function withPeer(wire: Wire, peer: GatewayPeer): Wire {
  return { peer, node: (node) => wire.node(node), close: () => wire.close() };
}

/** The peers of masters: on main they have a chain in memory, or `main` in its place; on `checking` nothing ever comes. */
export function connectPeers(chain: TestChain, main: Partial<MainPeer> = {}): ConnectPeer {
  return (consortium, _identity, _tls, channel) =>
    channel === consortium.channels.main.name
      ? { ...peerOf(chain), ...main }
      : { ...peerOf(chain), blocks: nothingComes };
}

async function* nothingComes(_from: bigint, signal: AbortSignal): AsyncGenerator<never> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A peer whose ledger is a chain in memory. */
export function peerOf(chain: TestChain): MainPeer {
  return {
    blocks: chain.deliver,
    ledgerEnd: () =>
      Promise.resolve({ height: chain.height, headerHash: chain.block(chain.height - 1n).headerHash }),
    blockOfTransaction: () => Promise.resolve(null),
    close: () => undefined,
  };
}
