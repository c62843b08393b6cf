import { connectFabric, type FabricConnection } from '../fabric/connection.js';
import type { ClientContext } from './client-config.js';
import { gatewayPeer } from './gateway-peer.js';
import { NodeCallers } from './node-callers.js';
import type { Wire } from './wire.js';

/** The network itself: gRPC over mutual TLS, each connection made when first used. */
export function grpcWire({ consortium, organisation, identity, tls }: ClientContext): Wire {
  const nodes = new NodeCallers(consortium, tls);
  let fabric: FabricConnection | null = null;
  return {
    get peer() {
      const { peer, tlsRoots } = organisation;
      fabric ??= connectFabric({ ...peer, tlsRoots, identity, tls }, 'calls');
      return gatewayPeer(fabric.gateway.getNetwork(consortium.channels.main.name));
    },
    node: (node) => nodes.of(node),
    close: () => {
      fabric?.close();
      nodes.close();
    },
  };
}
