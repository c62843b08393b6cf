import shim, { type ChaincodeResponse, type ChaincodeStub } from 'fabric-shim';
import { parentPort, workerData } from 'node:worker_threads';
import { describe } from '../../node/log.js';
import type { ContractService, ContractTls, ThreadTask, ThreadWord } from './thread-task.js';

/** What a peer's calls are answered by. */
export interface Contract {
  Init(stub: ChaincodeStub): Promise<ChaincodeResponse>;
  Invoke(stub: ChaincodeStub): Promise<ChaincodeResponse>;
}

/** Status of a refusal by who is behind: the peer endorses nothing. */
const CONFLICT = 409;

/**
 * Serves a contract in the thread that this is called in, which a `ContractHost` has started: one made anew by `contractOf` of
 * every fact that comes. A call is answered by the newest; before the first, with a refusal. The process's end that fabric-shim
 * asks for on a message that it does not know ends the thread alone.
 */
export async function serveContract(contractOf: (facts: unknown) => Contract): Promise<void> {
  const port = parentPort;
  if (port === null) throw new RangeError('a contract is served in a thread of its own');
  const { service, facts } = workerData as ThreadTask<unknown>;
  let contract = facts === null ? knowsNothing() : contractOf(facts);
  port.on('message', (newer: unknown) => {
    contract = contractOf(newer);
  });
  const newest: Contract = {
    Init: (stub) => contract.Init(stub),
    Invoke: (stub) => contract.Invoke(stub),
  };
  // fabric-shim logs errors that nobody catches and goes on: a thread in such a state is better started anew.
  for (const event of ['uncaughtException', 'unhandledRejection']) process.removeAllListeners(event);
  const say = (word: ThreadWord) => port.postMessage(word);
  try {
    await shim.Shim.server(newest, optionsOf(service)).start();
  } catch (error) {
    say({ kind: 'failed', text: describe(error) });
    // With nobody to listen to, the thread ends.
    port.close();
    return;
  }
  say({ kind: 'listens' });
}

function knowsNothing(): Contract {
  const refuse = () =>
    Promise.resolve({
      status: CONFLICT,
      message: JSON.stringify({
        code: 'BEHIND',
        message: 'the master has just started; try again',
        detail: {},
      }),
      payload: new Uint8Array(),
    });
  return { Init: refuse, Invoke: refuse };
}

/** The options of fabric-shim; its types want TLS, its code takes it or leaves it. */
function optionsOf({ address, packageId, tls }: ContractService): Parameters<typeof shim.Shim.server>[1] {
  const options = { ccid: packageId, address };
  return (tls === null ? options : { ...options, tlsProps: tlsOf(tls) }) as Parameters<
    typeof shim.Shim.server
  >[1];
}

/** As Buffers, which do not come through to a thread as such. */
function tlsOf({ key, certificate, clientAuthorities }: ContractTls) {
  return {
    key: Buffer.from(key),
    cert: Buffer.from(certificate),
    clientCACerts: Buffer.from(clientAuthorities),
  };
}
