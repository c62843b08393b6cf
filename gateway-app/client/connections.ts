import type { Network } from '@hyperledger/fabric-gateway';
import type { ConsortiumNode } from '../consortium/consortium.js';
import { connectFabric, type FabricConnection } from '../fabric/connection.js';
import { findOrganisation } from '../node/node-config.js';
import { RpcClient } from '../node/rpc-client.js';
import { mastersOf, type ClientContext } from './client-config.js';
import { Faults } from './faults.js';

/** A node of the consortium and the connection to it. */
export interface ConnectedNode {
  readonly name: string;
  readonly mspId: string;
  readonly client: RpcClient;
}

/** A client's connections: its organisation's peer, and the nodes of the consortium, each made when first used. */
export class Connections {
  readonly context: ClientContext;
  /** What was wrong with the nodes that were asked over these connections. */
  readonly faults = new Faults();
  #fabric: FabricConnection | null = null;
  readonly #clients = new Map<string, RpcClient>();

  constructor(context: ClientContext) {
    this.context = context;
  }

  /** The main channel, through the own organisation's peer. */
  get main(): Network {
    const { consortium, organisation, identity, tls } = this.context;
    const { peer, tlsRoots } = organisation;
    this.#fabric ??= connectFabric({ ...peer, tlsRoots, identity, tls }, 'calls');
    return this.#fabric.gateway.getNetwork(consortium.channels.main.name);
  }

  /** A node of the consortium that has an address. */
  node({ name, address, mspId, certificate }: ConsortiumNode & { readonly address: string }): RpcClient {
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const { tlsRoots } = findOrganisation(this.context.consortium, mspId);
    const client = new RpcClient(address, this.context.tls, tlsRoots, certificate);
    this.#clients.set(name, client);
    return client;
  }

  /** Every master, the own organisation's first. */
  masters(): ConnectedNode[] {
    return mastersOf(this.context).map((master) => ({
      name: master.name,
      mspId: master.mspId,
      client: this.node(master),
    }));
  }

  close(): void {
    this.#fabric?.close();
    for (const client of this.#clients.values()) client.close();
  }
}
