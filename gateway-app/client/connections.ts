import type { ListeningNode } from '../node/node-config.js';
import type { RpcCaller } from '../node/rpc-client.js';
import { mastersOf, type ClientContext } from './client-config.js';
import { Faults } from './faults.js';
import { grpcWire } from './grpc-wire.js';
import type { GatewayPeer, Wire } from './wire.js';

/** A node of the consortium and the connection to it. */
export interface ConnectedNode {
  readonly name: string;
  readonly mspId: string;
  readonly client: RpcCaller;
}

/** A client's session: who it is, whom it can ask, and what was wrong with those it asked. `close` ends it. */
export class Connections {
  readonly context: ClientContext;
  /** What was wrong with the nodes that were asked over these connections. */
  readonly faults = new Faults();
  readonly #wire: Wire;

  /** `wire`: the network, unless a test has another one. */
  constructor(context: ClientContext, wire: Wire = grpcWire(context)) {
    this.context = context;
    this.#wire = wire;
  }

  /** The own organisation's peer. */
  get peer(): GatewayPeer {
    return this.#wire.peer;
  }

  /** The own organisation's peer, as people know it. */
  get peerName(): string {
    const { name, peer } = this.context.organisation;
    return `the peer of ${name} (${peer.address})`;
  }

  /** A node of the consortium that has an address. */
  node(node: ListeningNode): RpcCaller {
    return this.#wire.node(node);
  }

  /** Every master, the own organisation's first. Throws `CONFIG` where there is none. */
  masters(): ConnectedNode[] {
    return mastersOf(this.context).map((master) => ({
      name: master.name,
      mspId: master.mspId,
      client: this.node(master),
    }));
  }

  close(): void {
    this.#wire.close();
  }
}
