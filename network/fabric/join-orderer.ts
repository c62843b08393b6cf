import { request } from 'node:https';
import { CotraceError } from '@cotrace/core';
import { JOIN_MS } from './limits.js';

const CREATED = 201;
const ALREADY_JOINED = 405;

/** The admin endpoint of an ordering node, and whose TLS certificate opens it. */
export interface OrdererAdmin {
  /** `host:port` */
  readonly address: string;
  /** Host name in its TLS certificate. */
  readonly serverName: string;
  readonly ca: Buffer;
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/**
 * Joins an ordering node to a channel, as `osnadmin channel join` does; a node that has joined stays as it is
 * (Fabric's channel participation API, orderer/common/channelparticipation/restapi.go).
 * Throws `ORDERER_ADMIN` with what the node answered.
 */
export async function joinOrderer(target: OrdererAdmin, channel: string, genesis: Uint8Array): Promise<void> {
  const form = new FormData();
  form.append('config-block', new Blob([genesis]), `${channel}.block`);
  const body = new Response(form);
  const bytes = Buffer.from(await body.arrayBuffer());
  const { status, text } = await post(target, body.headers.get('content-type') ?? '', bytes);
  if (status === CREATED || status === ALREADY_JOINED) return;
  throw new CotraceError(
    'ORDERER_ADMIN',
    `the ordering node at ${target.address} could not join ${channel}: ${status} ${text}`,
    { address: target.address, channel, status, text },
  );
}

async function post(
  { address, serverName, ca, certificate, key }: OrdererAdmin,
  contentType: string,
  body: Buffer,
): Promise<{ readonly status: number; readonly text: string }> {
  const { hostname, port } = new URL(`https://${address}`);
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) =>
      reject(
        new CotraceError(
          'ORDERER_ADMIN',
          `the ordering node at ${address} does not answer`,
          { address },
          cause,
        ),
      );
    const call = request(
      {
        method: 'POST',
        host: hostname,
        port,
        servername: serverName,
        path: '/participation/v1/channels',
        ca,
        cert: certificate,
        key,
        headers: { 'content-type': contentType, 'content-length': body.length },
        timeout: JOIN_MS,
        agent: false,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text: text.trim() }));
        response.once('error', fail);
      },
    );
    call.once('error', fail);
    call.once('timeout', () => call.destroy(new Error('timeout')));
    call.end(body);
  });
}
