import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalJson, distinctIds, utf8 } from '@cotrace/core';
import * as grpc from '@grpc/grpc-js';
import { connect, GatewayError, hash, type Gateway } from '@hyperledger/fabric-gateway';
import { loadClient, readClientConfig } from '../../gateway-app/client/client-config.js';
import { refusalOf } from '../../gateway-app/client/refusal.js';
import { readEpcisFile } from '../../epcis/read-documents.js';

const PAUSE_MS = 100;
const deadline = (milliseconds: number) => () => ({ deadline: Date.now() + milliseconds });

/**
 * Records an event of new identifiers as an application of Fabric's SDK would, with the deadlines of Fabric's samples, and
 * again from the start where an attempt fails. `text`: the event; `clientFile`: who records it.
 */
export async function recordPlainly(text: string, clientFile: string): Promise<void> {
  const { consortium, organisation, identity, tls } = loadClient(readClientConfig(clientFile));
  const { peer, tlsRoots } = organisation;
  const credentials = grpc.credentials.createSsl(Buffer.from(tlsRoots), tls.key, tls.certificate);
  const client = new grpc.Client(
    peer.address,
    credentials,
    peer.serverName === null ? {} : { 'grpc.ssl_target_name_override': peer.serverName },
  );
  const gateway = connect({
    client,
    identity: { mspId: identity.mspId, credentials: utf8(identity.certificate) },
    signer: (message) => Promise.resolve(identity.sign(message)),
    hash: hash.none,
    endorseOptions: deadline(15_000),
    submitOptions: deadline(5000),
    commitStatusOptions: deadline(60_000),
  });
  try {
    while (!(await isRecorded(gateway, consortium.channels.main.name, text))) await sleep(PAUSE_MS);
  } finally {
    gateway.close();
    client.close();
  }
}

async function isRecorded(gateway: Gateway, channel: string, text: string): Promise<boolean> {
  const result = readEpcisFile(text, 'event').events[0]?.result;
  if (result?.ok !== true) throw new RangeError(`not an event: ${text}`);
  const hints = distinctIds(result.record).map((id) => ({ id, preTraceTxId: null, preTraceHash: null }));
  try {
    const contract = gateway.getNetwork(channel).getContract(result.domain);
    const args = [canonicalJson(result.record), canonicalJson(hints)];
    const commit = await contract.submitAsync('capture', { arguments: args });
    return (await commit.getStatus()).successful;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    // What an attempt recorded whose outcome did not arrive.
    return refusalOf(error)?.code === 'DUPLICATE';
  }
}
