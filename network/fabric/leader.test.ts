import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { common, decode, orderer } from '@cotrace/fabric-model';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { bind, nodeServer, type BoundServer } from '../devnet/rpc/server.js';
import { serviceDefinition } from '../devnet/rpc/services.js';
import { ensureCrypto } from '../identity/ensure.js';
import { loadIdentity } from '../identity/signer.js';
import { loadTls } from '../identity/tls.js';
import { defaultTopology } from '../topology.js';
import { waitForLeader, type OrdererEndpoint } from './leader.js';

const topology = defaultTopology();
const { SUCCESS, SERVICE_UNAVAILABLE } = common.Status;

describe('waiting for a leader', () => {
  let dir: string;
  let bound: BoundServer;
  let endpoint: OrdererEndpoint;
  /** What the ordering node, which is without a leader at first, still has to answer on a channel. */
  const answers = new Map<string, common.Status[]>();
  const asked: string[] = [];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'cotrace-leader-'));
    const layout = await ensureCrypto(topology, dir);
    const server = nodeServer();
    const { Deliver } = serviceDefinition(orderer.AtomicBroadcast);
    server.addService(
      { ...(Deliver && { Deliver }) },
      {
        Deliver: (call: ServerDuplexStream<common.Envelope, orderer.DeliverResponse>) => {
          call.on('data', ({ payload }: common.Envelope) => {
            const { header } = decode(common.PayloadSchema, payload);
            const { channelId } = decode(
              common.ChannelHeaderSchema,
              header?.channelHeader ?? new Uint8Array(),
            );
            asked.push(channelId);
            const value = answers.get(channelId)?.shift() ?? SUCCESS;
            call.write(create(orderer.DeliverResponseSchema, { Type: { case: 'status', value } }));
            call.end();
          });
        },
      },
    );
    const tls = loadTls(join(layout.orderer(), 'tls'));
    bound = await bind(server, tls, { host: '127.0.0.1', port: 0, wish: 0 });
    endpoint = {
      address: bound.address,
      serverName: topology.orderer.host,
      ca: tls.ca,
      reader: loadIdentity(join(layout.ordererAdmin(), 'msp'), topology.orderer.mspId),
    };
  });

  afterAll(() => {
    bound.server.forceShutdown();
    rmSync(dir, { recursive: true, force: true });
  });

  it('asks for every channel until the node delivers', async () => {
    answers.set('checking', [SERVICE_UNAVAILABLE, SERVICE_UNAVAILABLE]);
    await waitForLeader(endpoint, ['main', 'checking'], () => undefined);
    expect(asked).toEqual(['main', 'checking', 'checking', 'checking']);
  });

  it('ends where the process that it waits for has ended', async () => {
    answers.set('main', [SERVICE_UNAVAILABLE]);
    const ended = new Error('the ordering node has ended');
    await expect(
      waitForLeader(endpoint, ['main'], () => {
        throw ended;
      }),
    ).rejects.toBe(ended);
  });
});
