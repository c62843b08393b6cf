import shim, { type ChaincodeResponse, type ChaincodeStub } from 'fabric-shim';
import { parentPort, workerData } from 'node:worker_threads';
import { describe } from '../../node/log.js';
import type { ContractService, ContractTls, ThreadTask, ThreadWord } from './thread-task.js';

/** What a peer's calls are answered by. */
export interface Contract {
  Init(stub: ChaincodeStub): Promise<ChaincodeResponse>;
  Invoke(stub: ChaincodeStub): Promise<ChaincodeResponse>;
}

/**
 * Serves a contract in the thread that this is called in, which a `ContractHost` has started. `know` is told what the master
 * knows: what it was started with, where that is something, then everything that is posted. The process's end that fabric-shim asks for
 * on a message that it does not know ends the thread alone.
 */
export async function serveContract(contract: Contract, know: (facts: unknown) => void): Promise<void> {
  const port = parentPort;
  if (port === null) throw new RangeError('a contract is served in a thread of its own');
  const { service, facts } = workerData as ThreadTask<unknown>;
  if (facts !== null) know(facts);
  port.on('message', know);
  // fabric-shim logs errors that nobody catches and continues: a thread in such a state is better started again.
  for (const event of ['uncaughtException', 'unhandledRejection']) process.removeAllListeners(event);
  const say = (word: ThreadWord) => port.postMessage(word);
  try {
    await shim.Shim.server(contract, optionsOf(service)).start();
  } catch (error) {
    say({ kind: 'failed', text: describe(error) });
    // With nobody to listen to, the thread ends.
    port.close();
    return;
  }
  say({ kind: 'listens' });
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
