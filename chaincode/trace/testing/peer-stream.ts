import { once } from 'node:events';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { fromUtf8, utf8 } from '@cotrace/core';
import { common, ledger, peer } from '@cotrace/fabric-model';
import { Client, credentials, type ClientDuplexStream } from '@grpc/grpc-js';

const { ChaincodeMessage_Type: Type, ChaincodeMessageSchema } = peer;
type Message = peer.ChaincodeMessage;

/** The time of every proposal, Unix seconds. */
export const PROPOSED_SECONDS = 1_700_000_000;

/** What a peer makes of a transaction that a chaincode has completed. */
export interface Completed {
  readonly status: number;
  readonly message: string;
  readonly payload: string;
  readonly event: { readonly name: string; readonly payload: string } | null;
}

/**
 * The peer's end of the chaincode stream (Fabric, core/chaincode/handler.go), as little as it takes to run one
 * transaction after the other: it dials a chaincode server, answers reads from committed state, and commits the
 * writes of every transaction that succeeds.
 */
export class PeerStream {
  readonly #client: Client;
  readonly #stream: ClientDuplexStream<Message, Message>;
  readonly #state = new Map<string, Uint8Array>();
  #writes = new Map<string, Uint8Array>();
  #pending: { resolve(completed: Completed): void; reject(error: unknown): void } | null = null;

  /** The chaincode id under which the chaincode has registered. */
  readonly chaincodeId: string;

  private constructor(client: Client, stream: ClientDuplexStream<Message, Message>, chaincodeId: string) {
    this.#client = client;
    this.#stream = stream;
    this.chaincodeId = chaincodeId;
    stream.on('data', (message: Message) => this.#take(message));
    // After `close` nothing is pending, and the cancellation that ends the stream is no failure.
    stream.on('error', (error) => this.#pending?.reject(error));
  }

  /** Dials a chaincode server and completes its registration; waits at most 20 s for it to listen. */
  static async connect(address: string): Promise<PeerStream> {
    const client = new Client(address, credentials.createInsecure());
    await new Promise<void>((resolve, reject) => {
      client.waitForReady(Date.now() + 20_000, (error) => (error ? reject(error) : resolve()));
    });
    const stream = client.makeBidiStreamRequest<Message, Message>(
      '/protos.Chaincode/Connect',
      (message) => Buffer.from(toBinary(ChaincodeMessageSchema, message)),
      (bytes) => fromBinary(ChaincodeMessageSchema, bytes),
    );
    const [register] = (await once(stream, 'data')) as [Message];
    if (register.type !== Type.REGISTER) throw new Error(`expected REGISTER, not ${Type[register.type]}`);
    stream.write(create(ChaincodeMessageSchema, { type: Type.REGISTERED }));
    stream.write(create(ChaincodeMessageSchema, { type: Type.READY }));
    return new PeerStream(client, stream, fromBinary(peer.ChaincodeIDSchema, register.payload).name);
  }

  /** Runs one transaction of the client with `certificate`, who names the chaincode `chaincode`. */
  async invoke(
    txId: string,
    call: {
      readonly chaincode: string;
      readonly certificate: string;
      readonly args: readonly (string | Uint8Array)[];
    },
  ): Promise<Completed> {
    this.#writes = new Map();
    const completed = new Promise<Completed>((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
    const input = create(peer.ChaincodeInputSchema, {
      args: call.args.map((arg) => (typeof arg === 'string' ? utf8(arg) : arg)),
    });
    this.#stream.write(
      create(ChaincodeMessageSchema, {
        type: Type.TRANSACTION,
        txid: txId,
        channelId: 'main',
        payload: toBinary(peer.ChaincodeInputSchema, input),
        proposal: { proposalBytes: proposal(txId, call.chaincode, call.certificate) },
      }),
    );
    const result = await completed;
    this.#pending = null;
    if (result.status === 200) for (const [key, value] of this.#writes) this.#state.set(key, value);
    return result;
  }

  close(): void {
    this.#stream.cancel();
    this.#client.close();
  }

  #take(message: Message): void {
    if (message.type === Type.COMPLETED) this.#complete(message);
    else this.#answer(message, this.#ask(message));
  }

  #ask({ type, payload }: Message): Uint8Array {
    switch (type) {
      case Type.GET_STATE:
        return this.#state.get(fromBinary(peer.GetStateSchema, payload).key) ?? new Uint8Array();
      case Type.PUT_STATE: {
        const { key, value } = fromBinary(peer.PutStateSchema, payload);
        this.#writes.set(key, value);
        return new Uint8Array();
      }
      case Type.GET_STATE_BY_RANGE:
        return this.#page(fromBinary(peer.GetStateByRangeSchema, payload));
      case Type.QUERY_STATE_CLOSE:
        return toBinary(peer.QueryResponseSchema, create(peer.QueryResponseSchema));
      default:
        throw new Error(`no answer to ${Type[type]}`);
    }
  }

  #complete({ payload, chaincodeEvent: event }: Message): void {
    const response = fromBinary(peer.ResponseSchema, payload);
    this.#pending?.resolve({
      status: response.status,
      message: response.message,
      payload: fromUtf8(response.payload),
      event: event ? { name: event.eventName, payload: fromUtf8(event.payload) } : null,
    });
  }

  #answer({ txid, channelId }: Message, payload: Uint8Array): void {
    this.#stream.write(create(ChaincodeMessageSchema, { type: Type.RESPONSE, txid, channelId, payload }));
  }

  #page({ startKey, endKey, metadata }: peer.GetStateByRange): Uint8Array {
    const found = [...this.#state].filter(([key]) => startKey <= key && key < endKey).sort();
    // A range without pages has no metadata.
    const pageSize = fromBinary(peer.QueryMetadataSchema, metadata).pageSize || found.length;
    const results = found.slice(0, pageSize).map(([key, value]) => ({
      resultBytes: toBinary(ledger.KVSchema, create(ledger.KVSchema, { namespace: 'any', key, value })),
    }));
    const page = create(peer.QueryResponseMetadataSchema, {
      fetchedRecordsCount: results.length,
      bookmark: found[pageSize]?.[0] ?? '',
    });
    return toBinary(
      peer.QueryResponseSchema,
      create(peer.QueryResponseSchema, {
        results,
        id: '1',
        metadata: toBinary(peer.QueryResponseMetadataSchema, page),
      }),
    );
  }
}

function proposal(txId: string, chaincode: string, certificate: string): Uint8Array {
  const creator = create(common.SerializedIdentitySchema, { mspid: 'Org1MSP', idBytes: utf8(certificate) });
  const extension = create(peer.ChaincodeHeaderExtensionSchema, { chaincodeId: { name: chaincode } });
  const channelHeader = create(common.ChannelHeaderSchema, {
    type: common.HeaderType.ENDORSER_TRANSACTION,
    txId,
    channelId: 'main',
    timestamp: { seconds: BigInt(PROPOSED_SECONDS) },
    extension: toBinary(peer.ChaincodeHeaderExtensionSchema, extension),
  });
  const signatureHeader = create(common.SignatureHeaderSchema, {
    creator: toBinary(common.SerializedIdentitySchema, creator),
    nonce: utf8(txId).slice(0, 24),
  });
  const header = create(common.HeaderSchema, {
    channelHeader: toBinary(common.ChannelHeaderSchema, channelHeader),
    signatureHeader: toBinary(common.SignatureHeaderSchema, signatureHeader),
  });
  const payload = create(peer.ChaincodeProposalPayloadSchema, { input: utf8('input') });
  return toBinary(
    peer.ProposalSchema,
    create(peer.ProposalSchema, {
      header: toBinary(common.HeaderSchema, header),
      payload: toBinary(peer.ChaincodeProposalPayloadSchema, payload),
    }),
  );
}
