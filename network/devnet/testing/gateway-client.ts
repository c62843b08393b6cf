import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, type Gateway } from '@hyperledger/fabric-gateway';
import { CotraceError, utf8 } from '@cotrace/core';
import { CryptoLayout } from '../../identity/layout.js';
import { loadIdentity, type SigningIdentity } from '../../identity/signer.js';
import { loadTls } from '../../identity/tls.js';
import type { Organisation, Topology } from '../../topology.js';
import type { NetworkInfo } from '../network-info.js';

/** Network to connect to: of a handle, or read from `devnet.json`. */
export interface Target {
  readonly topology: Topology;
  readonly networkInfo: NetworkInfo;
}

/** The organisation of a short name. */
export function organisationOf({ topology }: Target, name: string): Organisation {
  const found = topology.organisations.find((organisation) => organisation.name === name);
  if (found === undefined) throw new CotraceError('UNKNOWN_ORGANISATION', name);
  return found;
}

/** Identity of a user of an organisation. */
export function userOf(target: Target, organisation: string, user = 'User1'): SigningIdentity {
  const layout = new CryptoLayout(target.networkInfo.cryptoDir, target.topology);
  const owner = organisationOf(target, organisation);
  return loadIdentity(join(layout.user(owner, user), 'msp'), owner.mspId);
}

/**
 * Node's TLS under HTTP/2 does not always notice that the other side was killed; a call then would wait for ever.
 * Pings find it out.
 */
const PINGS = { 'grpc.keepalive_time_ms': 10_000, 'grpc.keepalive_timeout_ms': 5_000 };

/** gRPC channel to the peer of an organisation. */
export function peerChannel(target: Target, organisation: string): Client {
  const layout = new CryptoLayout(target.networkInfo.cryptoDir, target.topology);
  const { ca } = loadTls(join(layout.peer(organisationOf(target, organisation)), 'tls'));
  const { address = '', name = '' } = target.networkInfo.peers[organisation] ?? {};
  return new Client(address, credentials.createSsl(ca), { ...PINGS, 'grpc.ssl_target_name_override': name });
}

/** gRPC channel to the ordering node. */
export function ordererChannel(target: Target): Client {
  const layout = new CryptoLayout(target.networkInfo.cryptoDir, target.topology);
  const { ca } = loadTls(join(layout.orderer(), 'tls'));
  const { address, name } = target.networkInfo.orderer;
  return new Client(address, credentials.createSsl(ca), { ...PINGS, 'grpc.ssl_target_name_override': name });
}

/** The real gateway client of Fabric. */
export interface Connection {
  readonly gateway: Gateway;
  readonly client: Client;
  close(): void;
}

/** Connects a user to the peer of an organisation, signing with `node:crypto`. */
export function connectGateway(target: Target, organisation: string, identity?: SigningIdentity): Connection {
  const signer = identity ?? userOf(target, organisation);
  const client = peerChannel(target, organisation);
  const gateway = connect({
    client,
    identity: { mspId: signer.mspId, credentials: utf8(signer.certificate) },
    hash: (message) => message,
    signer: (message) => Promise.resolve(signer.sign(message)),
  });
  return {
    gateway,
    client,
    close: () => {
      gateway.close();
      client.close();
    },
  };
}
