import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sha256 } from '@cotrace/core';
import { common, decode } from '@cotrace/fabric-model';
import { loadTls } from '@cotrace/network';
import * as grpc from '@grpc/grpc-js';
import { TestNetwork } from '../testing/test-network.js';
import { deliverBlocks } from './block-source.js';
import { connectFabric } from './connection.js';

/** What a peer saw of a stream of blocks. */
interface Seen {
  /** The client's TLS certificate, DER. */
  readonly certificate: Uint8Array | null;
  /** What the signed request says its hash is. */
  readonly tlsCertHash: Uint8Array;
}

describe('a connection to a peer that asks its clients for TLS certificates', () => {
  let network: TestNetwork;
  let server: grpc.Server;
  let port: number;
  let tell: (seen: Seen) => void;
  const asked = new Promise<Seen>((resolve) => (tell = resolve));

  beforeAll(async () => {
    network = await TestNetwork.create();
    const tls = loadTls(join(network.layout.peer(network.organisation(0)), 'tls'));
    server = new grpc.Server();
    const identity = (bytes: Buffer) => bytes;
    server.addService(
      {
        Deliver: {
          path: '/protos.Deliver/Deliver',
          requestStream: true,
          responseStream: true,
          requestSerialize: identity,
          requestDeserialize: identity,
          responseSerialize: identity,
          responseDeserialize: identity,
        },
      },
      {
        Deliver: (call: grpc.ServerDuplexStream<Buffer, Buffer>) => {
          call.once('data', (request: Buffer) => {
            const certificate = call.getAuthContext().sslPeerCertificate?.raw ?? null;
            tell({ certificate, tlsCertHash: channelHeaderOf(request).tlsCertHash });
          });
        },
      },
    );
    const credentials = grpc.ServerCredentials.createSsl(
      tls.ca,
      [{ private_key: tls.key, cert_chain: tls.certificate }],
      true,
    );
    port = await new Promise((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', credentials, (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      }),
    );
  });

  afterAll(async () => {
    server.forceShutdown();
    await network.remove();
  });

  /** Connects as a client of the first organisation. */
  const connectTo = (address: string) => {
    const organisation = network.organisation(0);
    const tls = loadTls(join(network.layout.user(organisation, 'User1'), 'tls'));
    const tlsRoots = tls.ca.toString('utf8');
    const serverName = `peer0.${organisation.domain}`;
    const identity = organisation.client;
    return { tls, fabric: connectFabric({ address, serverName, tlsRoots, identity, tls }, 'blocks') };
  };

  it('shows the certificate, and ties what is signed to it', async () => {
    const { tls, fabric } = connectTo(`127.0.0.1:${port}`);
    let seen: Seen;
    try {
      const stop = new AbortController();
      const first = deliverBlocks(fabric.gateway.getNetwork('main'), 0n, stop.signal).next();
      seen = await asked;
      stop.abort();
      await Promise.allSettled([first]);
    } finally {
      fabric.close();
    }
    const { raw } = new X509Certificate(tls.certificate);
    expect([seen.certificate, seen.tlsCertHash].map((bytes) => [...(bytes ?? [])])).toEqual([
      [...raw],
      [...sha256(raw)],
    ]);
  });

  it.each([0, 1, 2, 3, 4, 5])(
    'ends a stream that is given up %i turns after it began, and no process with it',
    async (turns) => {
      const { fabric } = connectTo(`127.0.0.1:${port}`);
      const stop = new AbortController();
      const first = deliverBlocks(fabric.gateway.getNetwork('main'), 0n, stop.signal).next();
      for (let i = 0; i < turns; i++) await Promise.resolve();
      stop.abort();
      // An error that nobody hears of fails the test as an uncaught one.
      await expect(first).rejects.toMatchObject({ code: grpc.status.CANCELLED });
      fabric.close();
    },
  );
});

function channelHeaderOf(envelope: Uint8Array): common.ChannelHeader {
  const { header } = decode(common.PayloadSchema, decode(common.EnvelopeSchema, envelope).payload);
  return decode(common.ChannelHeaderSchema, header?.channelHeader ?? new Uint8Array());
}
