import { X509Certificate } from 'node:crypto';
import { sha256, utf8 } from '@cotrace/core';
import type { SigningIdentity, TlsMaterial } from '@cotrace/network';
import * as grpc from '@grpc/grpc-js';
import { connect, hash, type Gateway } from '@hyperledger/fabric-gateway';
import { GATEWAY_DEADLINES, MAX_BLOCK_BYTES } from '../node/limits.js';

/** Where a Fabric peer's gateway service is, and who calls it. */
export interface FabricEndpoint {
  /** `host:port` of the peer. */
  readonly address: string;
  /** Name that the peer's TLS certificate must carry, where it is not the host of `address`. */
  readonly serverName: string | null;
  /** PEM certificates of the peer's TLS authority. */
  readonly tlsRoots: string;
  readonly identity: SigningIdentity;
  /** What is shown to a peer that asks for a TLS certificate of its clients. */
  readonly tls: Pick<TlsMaterial, 'certificate' | 'key'>;
}

export interface FabricConnection {
  readonly gateway: Gateway;
  close(): void;
}

/**
 * A connection can die without a word; calls on it would then run into their deadlines one after the other. A peer
 * takes such pings only where it has sent something since the last one, or once a minute (Fabric's
 * `peer.keepalive.minInterval`): they suit calls that are answered in time, not streams that may be silent.
 */
const PINGS = { 'grpc.keepalive_time_ms': 10_000, 'grpc.keepalive_timeout_ms': 5000 };

/**
 * Connects to a peer's gateway service; signatures come from `identity`, low-S as Fabric wants them. `use`: for calls,
 * or for a stream of blocks, which its reader must watch itself.
 */
export function connectFabric(
  { address, serverName, tlsRoots, identity, tls }: FabricEndpoint,
  use: 'calls' | 'blocks',
): FabricConnection {
  const credentials = grpc.credentials.createSsl(Buffer.from(tlsRoots), tls.key, tls.certificate);
  const client = new grpc.Client(address, credentials, {
    'grpc.max_receive_message_length': MAX_BLOCK_BYTES,
    'grpc.enable_channelz': 0,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
    ...(use === 'calls' ? PINGS : {}),
    ...(serverName === null ? {} : { 'grpc.ssl_target_name_override': serverName }),
  });
  const after = (milliseconds: number) => () => ({ deadline: Date.now() + milliseconds });
  const gateway = connect({
    client,
    identity: { mspId: identity.mspId, credentials: utf8(identity.certificate) },
    signer: (message) => Promise.resolve(identity.sign(message)),
    hash: hash.none,
    // A peer that asks for certificates ties a signed request to the connection that it comes over.
    tlsClientCertificateHash: sha256(new X509Certificate(tls.certificate).raw),
    evaluateOptions: after(GATEWAY_DEADLINES.evaluate),
    endorseOptions: after(GATEWAY_DEADLINES.endorse),
    submitOptions: after(GATEWAY_DEADLINES.submit),
    commitStatusOptions: after(GATEWAY_DEADLINES.commit),
  });
  return {
    gateway,
    close: () => {
      gateway.close();
      client.close();
    },
  };
}
