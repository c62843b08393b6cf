import { CotraceError } from '@cotrace/core';
import { common, orderer } from '@cotrace/fabric-model';
import { Client, credentials } from '@grpc/grpc-js';
import { setTimeout as sleep } from 'node:timers/promises';
import { methodDefinition } from '../devnet/rpc/services.js';
import type { SigningIdentity } from '../identity/signer.js';
import { LEADER_CALL_MS, LEADER_MS, LOOK_PAUSE_MS } from './limits.js';
import { seekEnvelope } from './seek-envelope.js';

const DELIVER = methodDefinition<common.Envelope, orderer.DeliverResponse>(
  orderer.AtomicBroadcast,
  'Deliver',
);

/** An ordering node as clients reach it. */
export interface OrdererEndpoint {
  /** `host:port` */
  readonly address: string;
  /** Host name in its TLS certificate. */
  readonly serverName: string;
  readonly ca: Buffer;
  /** Who may read the channels. */
  readonly reader: SigningIdentity;
}

/**
 * Waits until an ordering node follows a leader on every channel: until then it orders nothing and, asked strictly,
 * delivers nothing (Fabric common/deliver/deliver.go and `Errored` of orderer/consensus/etcdraft/chain.go).
 * `stillStarting` is called between attempts, and throws where waiting is of no use. Throws `NO_LEADER` after a minute.
 */
export async function waitForLeader(
  target: OrdererEndpoint,
  channels: readonly string[],
  stillStarting: () => void,
): Promise<void> {
  const client = new Client(target.address, credentials.createSsl(target.ca), {
    'grpc.ssl_target_name_override': target.serverName,
  });
  const deadline = Date.now() + LEADER_MS;
  try {
    for (const channel of channels) {
      for (;;) {
        const status = await statusOf(client, seekEnvelope(channel, target.reader, 'newest'));
        if (status === common.Status.SUCCESS) break;
        stillStarting();
        if (Date.now() > deadline) throw noLeader(target, channel, status);
        await sleep(LOOK_PAUSE_MS);
      }
    }
  } finally {
    client.close();
  }
}

function noLeader(
  { address }: OrdererEndpoint,
  channel: string,
  status: common.Status | Error,
): CotraceError {
  const answer = typeof status === 'number' ? common.Status[status] : status.message;
  return new CotraceError(
    'NO_LEADER',
    `the ordering node at ${address} has followed no leader of channel ${channel} for a minute (it answers ${answer}); see its log, and whether a majority of the ordering nodes runs`,
    { address, channel, answer },
    typeof status === 'number' ? undefined : status,
  );
}

/** The status that a request for blocks ends with, or why there is none. */
function statusOf(client: Client, request: common.Envelope): Promise<common.Status | Error> {
  return new Promise((resolve) => {
    const stream = client.makeBidiStreamRequest(
      DELIVER.path,
      DELIVER.requestSerialize,
      DELIVER.responseDeserialize,
      { deadline: Date.now() + LEADER_CALL_MS },
    );
    stream.on('data', ({ Type: type }: orderer.DeliverResponse) => {
      if (type.case !== 'status') return;
      resolve(type.value);
      stream.end();
    });
    stream.on('error', resolve);
    stream.on('end', () => resolve(common.Status.UNKNOWN));
    stream.write(request);
  });
}
