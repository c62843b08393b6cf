import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { CotraceError, utf8 } from '@cotrace/core';
import { peer } from '@cotrace/fabric-model';
import { messageOf } from '../rpc/rpc-error.js';
import type { CallContext } from './call-chaincode.js';
import { answerRequest, isRequest } from './requests.js';
import { closeQueries, type Invocation, type RunningTransaction } from './transaction.js';

const Type = peer.ChaincodeMessage_Type;
type Message = peer.ChaincodeMessage;

/** Sends a message to the chaincode's process. */
export type SendMessage = (message: Message) => void;

interface Running extends RunningTransaction {
  readonly finish: (answer: Message) => void;
  readonly fail: (error: CotraceError) => void;
}

/** Limits of a stream. */
export interface StreamOptions {
  readonly send: SendMessage;
  readonly context: CallContext;
  /** Milliseconds that a transaction may take: `chaincode.executetimeout` of core.yaml. */
  readonly executeTimeout: number;
}

/**
 * The peer's side of one stream to a chaincode's process: created → established → ready, then any number of
 * transactions at a time (core/chaincode/handler.go). KEEPALIVE is never sent, since the Node shim exits on it, and
 * READY carries no parameters, so that no shim sends batches. Close it when its transport ends.
 */
export class ChaincodeStream {
  /** Resolves with the id that the chaincode registered. Rejects if the stream ends before. */
  readonly registered: Promise<string>;
  readonly #options: StreamOptions;
  readonly #running = new Map<string, Running>();
  /** Transactions that wait for an answer: a second request of the same one meanwhile is dropped. */
  readonly #asking = new Set<string>();
  #register: (id: string) => void = () => undefined;
  #refuse: (error: CotraceError) => void = () => undefined;
  #state: 'created' | 'ready' | 'closed' = 'created';

  constructor(options: StreamOptions) {
    this.#options = options;
    this.registered = new Promise((resolve, reject) => {
      this.#register = resolve;
      this.#refuse = reject;
    });
    // Whoever waits sees the rejection; with nobody waiting it is no failure of the process.
    this.registered.catch(() => undefined);
  }

  get ready(): boolean {
    return this.#state === 'ready';
  }

  /**
   * Runs a transaction and waits for its COMPLETED or ERROR message. Throws `TRANSACTION_EXISTS` if this one runs
   * here already (a chaincode that calls itself), `EXECUTE_TIMEOUT`, `STREAM_TERMINATED`.
   */
  execute(
    invocation: Invocation,
    namespace: string,
    input: peer.ChaincodeInput,
    type: peer.ChaincodeMessage_Type = Type.TRANSACTION,
  ): Promise<Message> {
    const { channelId, txId } = invocation;
    const id = channelId + txId;
    return new Promise((resolve, reject) => {
      if (this.#state !== 'ready') {
        reject(terminated());
        return;
      }
      if (this.#running.has(id)) {
        reject(
          new CotraceError('TRANSACTION_EXISTS', `txid: ${txId}(${channelId}) exists`, { txId, channelId }),
        );
        return;
      }
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#running.delete(id);
        closeQueries(running).then(settle, reject);
      };
      const fail = (error: CotraceError): void => end(() => reject(error));
      const timer = setTimeout(() => {
        fail(new CotraceError('EXECUTE_TIMEOUT', 'timeout expired while executing transaction', { txId }));
      }, this.#options.executeTimeout);
      const running: Running = {
        ...invocation,
        namespace,
        queries: new Map(),
        fail,
        finish: (answer) => end(() => resolve(answer)),
      };
      this.#running.set(id, running);
      const payload = toBinary(peer.ChaincodeInputSchema, input);
      this.#send({ type, payload, txid: txId, channelId, proposal: invocation.proposal });
    });
  }

  /** Takes a message from the chaincode's process. Throws `UNEXPECTED_MESSAGE`: then the stream is to be closed. */
  receive(message: Message): void {
    if (this.#state === 'created' && message.type === Type.REGISTER) {
      this.#handleRegister(message.payload);
      return;
    }
    if (this.#state === 'ready' && isRequest(message.type)) {
      void this.#serve(message);
      return;
    }
    if (this.#state === 'ready' && (message.type === Type.COMPLETED || message.type === Type.ERROR)) {
      this.#running.get(message.channelId + message.txid)?.finish(message);
      return;
    }
    const name = Type[message.type];
    throw new CotraceError(
      'UNEXPECTED_MESSAGE',
      `cannot handle message (${name}) while in ${this.#state} state`,
    );
  }

  /** Ends all that runs: the transport has ended. */
  close(cause?: unknown): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#refuse(terminated(cause));
    for (const running of [...this.#running.values()]) running.fail(terminated(cause));
  }

  #handleRegister(payload: Uint8Array): void {
    const { name } = fromBinary(peer.ChaincodeIDSchema, payload);
    if (name === '') {
      throw new CotraceError(
        'NAMELESS_CHAINCODE',
        'error in handling register chaincode, chaincodeID name is empty',
      );
    }
    this.#send({ type: Type.REGISTERED });
    this.#send({ type: Type.READY });
    this.#state = 'ready';
    this.#register(name);
  }

  async #serve({ type, payload, txid, channelId }: Message): Promise<void> {
    const id = channelId + txid;
    if (this.#asking.has(id)) return;
    this.#asking.add(id);
    try {
      const running = this.#running.get(id);
      if (running === undefined) throw new CotraceError('NO_LEDGER_CONTEXT', 'no ledger context', { txid });
      const answer = await answerRequest(running, type, payload, this.#options.context);
      this.#asking.delete(id);
      this.#send({ type: Type.RESPONSE, payload: answer, txid, channelId });
    } catch (error) {
      this.#asking.delete(id);
      const text = `${Type[type]} failed: transaction ID: ${txid}: ${messageOf(error)}`;
      this.#send({ type: Type.ERROR, payload: utf8(text), txid, channelId });
    }
  }

  #send(init: Parameters<typeof create<typeof peer.ChaincodeMessageSchema>>[1]): void {
    if (this.#state !== 'closed') this.#options.send(create(peer.ChaincodeMessageSchema, init));
  }
}

function terminated(cause?: unknown): CotraceError {
  return new CotraceError('STREAM_TERMINATED', 'chaincode stream terminated', {}, cause);
}

/**
 * Reads the answer of a transaction (`processChaincodeExecutionResult` of core/chaincode/chaincode_support.go).
 * Throws `TRANSACTION_FAILED` where the chaincode answered ERROR.
 */
export function readAnswer(
  answer: Message,
  name: string,
  txId: string,
): { response: peer.Response; event: peer.ChaincodeEvent | null } {
  if (answer.type !== Type.COMPLETED) {
    throw new CotraceError(
      'TRANSACTION_FAILED',
      `transaction returned with failure: ${new TextDecoder().decode(answer.payload)}`,
      { name, txId },
    );
  }
  const event = answer.chaincodeEvent;
  return {
    response: fromBinary(peer.ResponseSchema, answer.payload),
    event: (event && create(peer.ChaincodeEventSchema, { ...event, chaincodeId: name, txId })) ?? null,
  };
}
